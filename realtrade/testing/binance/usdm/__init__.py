"""The USDⓈ-M dialect: `/fapi`, conditional orders as algo orders, listen keys, its user stream."""
