"use strict";
(() => {
  const payload = JSON.parse(document.getElementById("payload").textContent);
  const root = document.documentElement;
  const HEIGHT = { map: 420, line: 300, equity: 300 };

  /* Python names colours by CSS variable, so that one figure serves light and dark. */
  const painted = (value) => {
    if (typeof value === "string" && value.startsWith("--")) {
      return getComputedStyle(root).getPropertyValue(value).trim();
    }
    if (Array.isArray(value)) return value.map(painted);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, painted(item)]));
  };

  const axis = (kind, title) => ({
    type: kind,
    title: { text: title },
    gridcolor: "--grid",
    linecolor: "--line",
    zeroline: false,
    automargin: true,
  });

  const layout = (chart) => ({
    height: HEIGHT[chart.kind],
    margin: { l: 56, r: 16, t: 8, b: 48 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 12, color: "--muted" },
    hoverlabel: { bgcolor: "--card", bordercolor: "--line", font: { color: "--ink" } },
    showlegend: false,
    dragmode: false,
    xaxis: axis(chart.kind === "equity" ? "date" : "category", chart.labels[0]),
    yaxis: axis(chart.kind === "map" ? "category" : "linear", chart.labels[1]),
  });

  const draw = () =>
    Promise.all(
      payload.charts.map((chart, index) =>
        Plotly.react(
          document.getElementById(`chart-${index}`),
          painted(chart.traces),
          painted(layout(chart)),
          { displayModeBar: false, responsive: true },
        ),
      ),
    );

  draw().then(() => {
    root.dataset.drawn = String(payload.charts.length);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
