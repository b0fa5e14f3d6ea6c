"use strict";
(() => {
  const payload = JSON.parse(document.getElementById("payload").textContent);
  const coarse = matchMedia("(pointer: coarse)").matches;
  const root = document.documentElement;

  /* --- charts ------------------------------------------------------------------------------- */

  const MONEY = { price: ",.8~g", equity: ",.2f", drawdown: ".2%" };
  const HEIGHT = { price: 440, equity: 300, drawdown: 190 };
  const charts = payload.charts.map((chart, index) => ({
    ...chart,
    node: document.getElementById(`chart-${index}`),
  }));

  /* Python names colours by CSS variable, so that one figure serves light and dark. */
  const painted = (value) => {
    if (typeof value === "string" && value.startsWith("--")) {
      return getComputedStyle(root).getPropertyValue(value).trim();
    }
    if (Array.isArray(value)) return typeof value[0] === "object" ? value.map(painted) : value;
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, painted(item)]));
  };

  const bounds = (times, range) => {
    if (!range) return [0, times.length];
    let from = 0;
    let to = times.length;
    while (from < to && times[from] < range[0]) from += 1;
    while (to > from && times[to - 1] > range[1]) to -= 1;
    return [Math.max(0, from - 1), Math.min(times.length, to + 1)];
  };

  /* As many candles as the width has room for: zooming in shows finer ones. */
  const candles = (chart, range) => {
    const all = chart.candles;
    const [from, to] = bounds(all.x, range);
    const room = Math.max(60, Math.floor(chart.node.clientWidth / 4));
    const step = Math.max(1, Math.ceil((to - from) / room));
    const out = { x: [], open: [], high: [], low: [], close: [] };
    for (let start = from; start < to; start += step) {
      const end = Math.min(start + step, to);
      out.x.push(all.x[start]);
      out.open.push(all.open[start]);
      out.high.push(Math.max(...all.high.slice(start, end)));
      out.low.push(Math.min(...all.low.slice(start, end)));
      out.close.push(all.close[end - 1]);
    }
    return out;
  };

  const candleTrace = (chart, range) => ({
    type: "candlestick",
    name: "Price",
    showlegend: false,
    ...candles(chart, range),
    increasing: { line: { color: "--up", width: 1 }, fillcolor: "--up" },
    decreasing: { line: { color: "--down", width: 1 }, fillcolor: "--down" },
    hoverlabel: { split: false },
  });

  /* The vertical range that fits what is visible. */
  const fitted = (chart, traces, range) => {
    let low = Infinity;
    let high = -Infinity;
    const line = traces[0];
    const [from, to] = chart.candles ? [0, line.x.length] : bounds(line.x, range);
    for (let at = from; at < to; at += 1) {
      low = Math.min(low, chart.candles ? line.low[at] : line.y[at]);
      high = Math.max(high, chart.candles ? line.high[at] : line.y[at]);
    }
    for (const marks of chart.candles ? traces.slice(1) : []) {
      marks.y.forEach((price, at) => {
        if (price === null || (range && (marks.x[at] < range[0] || marks.x[at] > range[1]))) return;
        low = Math.min(low, price);
        high = Math.max(high, price);
      });
    }
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    return chart.kind === "drawdown" ? [Math.min(low * 1.1, -1e-4), 0] : [low - room, high + room];
  };

  const figure = (chart, range) => {
    const traces = chart.candles ? [candleTrace(chart, range), ...chart.traces] : chart.traces;
    const layout = {
      height: HEIGHT[chart.kind],
      margin: { l: 4, r: 58, t: chart.kind === "price" ? 34 : 8, b: 40 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: "system-ui, sans-serif", size: 12, color: "--muted" },
      autosize: true,
      hovermode: chart.kind === "price" ? "closest" : "x",
      hoverlabel: { bgcolor: "--card", bordercolor: "--line", font: { color: "--ink" } },
      dragmode: coarse ? false : "zoom",
      showlegend: chart.kind === "price",
      modebar: { bgcolor: "rgba(0,0,0,0)", color: "--muted", activecolor: "--accent" },
      legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom", itemclick: "toggle" },
      xaxis: {
        type: "date",
        gridcolor: "--grid",
        linecolor: "--line",
        rangeslider: { visible: false },
        range: range || [span[0], span[1]],
      },
      yaxis: {
        fixedrange: true,
        side: "right",
        ticks: "outside",
        tickcolor: "rgba(0,0,0,0)",
        gridcolor: "--grid",
        zeroline: false,
        tickformat: chart.kind === "drawdown" ? ".0%" : "",
        hoverformat: MONEY[chart.kind],
        range: fitted(chart, traces, range),
      },
    };
    return [painted(traces), painted(layout)];
  };

  const config = (chart) => ({
    displaylogo: false,
    responsive: true,
    displayModeBar: coarse || chart.kind !== "price" || innerWidth < 700 ? false : "hover",
    doubleClick: false,
    modeBarButtons: [
      ["zoom2d", "pan2d"],
      [{ name: "whole", title: "Show the whole", icon: Plotly.Icons.home, click: () => whole() }],
      ["toImage"],
    ],
  });

  const span = charts.reduce(
    (whole, { candles: bars, traces }) => {
      const { x } = bars || traces[0];
      return [Math.min(whole[0], x[0]), Math.max(whole[1], x[x.length - 1])];
    },
    [Infinity, -Infinity],
  );

  let zoomed = null;
  let busy = false;
  const draw = () =>
    Promise.all(charts.map((chart) => Plotly.react(chart.node, ...figure(chart, zoomed), config(chart))));

  const whole = () => {
    zoomed = null;
    return draw();
  };

  /* All charts show the same stretch of time. */
  const follow = (chart) => async (change) => {
    if (busy || !Object.keys(change).some((key) => key.startsWith("xaxis"))) return;
    busy = true;
    const axis = chart.node._fullLayout.xaxis;
    const range = axis.range.map((edge) => axis.r2l(edge));
    zoomed = range[0] <= span[0] && range[1] >= span[1] ? null : range;
    await draw();
    busy = false;
  };

  draw().then(() => {
    charts.forEach((chart) => {
      chart.node.on("plotly_relayout", follow(chart));
      chart.node.on("plotly_doubleclick", whole);
    });
    root.dataset.drawn = String(charts.length);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  /* --- trades ------------------------------------------------------------------------------- */

  const table = document.getElementById("trades");
  if (!table) return;
  const PAGE = 25;
  const moment = (ms) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");
  const plain = (value) => value.toLocaleString("en-US", { maximumSignificantDigits: 8 });
  const money = (value) =>
    value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const SHOW = [String, String, moment, moment, plain, plain, plain, money, money];
  const rows = payload.trades.slice();
  let page = 0;
  let sorted = { column: 3, down: false };

  const fill = () => {
    const body = table.tBodies[0];
    body.replaceChildren(
      ...rows.slice(page * PAGE, (page + 1) * PAGE).map((trade) => {
        const row = document.createElement("tr");
        trade.forEach((value, column) => {
          const cell = row.insertCell();
          cell.textContent = SHOW[column](value);
          if (column === 1) cell.className = value;
          if (column > 3) cell.className = "number";
          if (column === 7) cell.classList.add(value > 0 ? "gain" : "loss");
        });
        return row;
      }),
    );
    const last = Math.max(0, Math.ceil(rows.length / PAGE) - 1);
    const to = Math.min(rows.length, (page + 1) * PAGE);
    document.getElementById("shown").textContent = `${page * PAGE + 1}–${to} of ${rows.length}`;
    document.getElementById("back").disabled = page === 0;
    document.getElementById("on").disabled = page === last;
  };

  const order = (column) => {
    sorted = { column, down: sorted.column === column && !sorted.down };
    const sign = sorted.down ? -1 : 1;
    rows.sort((a, b) => sign * (a[column] < b[column] ? -1 : Number(a[column] > b[column])));
    table.querySelectorAll("th").forEach((head, index) => {
      const way = sorted.down ? "descending" : "ascending";
      head.setAttribute("aria-sort", index === column ? way : "none");
    });
    page = 0;
    fill();
  };

  table.querySelectorAll("th button").forEach((button, column) => {
    button.addEventListener("click", () => order(column));
  });
  const turn = (pages) => () => {
    page += pages;
    fill();
  };
  document.getElementById("back").addEventListener("click", turn(-1));
  document.getElementById("on").addEventListener("click", turn(1));
  fill();
})();
