// Draw each figure from the numbers beside it; follow the width of the window and of the paper.
(function () {
  "use strict";
  var config = { displayModeBar: false, responsive: true, locale: "en" };
  var plots = [];
  document.querySelectorAll("figure.chart").forEach(function (figure) {
    var spec = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    var plot = figure.querySelector(".plot");
    window.Plotly.newPlot(plot, spec.data, spec.layout, config);
    plots.push(plot);
  });
  function resize(width) {
    plots.forEach(function (plot) { window.Plotly.relayout(plot, { width: width, autosize: !width }); });
  }
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details.fold").forEach(function (fold) { fold.open = true; });
    resize(680);
  });
  window.addEventListener("afterprint", function () { resize(null); });
})();
