// Draw each figure from the numbers beside it; follow the width of the window and of the paper.
(function () {
  "use strict";
  var config = { displayModeBar: false, responsive: true, locale: "en" };
  var PAPER_WIDTH = 680, PAPER_HEIGHT = 735; // an A4 sheet, less a heading and its text
  var LEAST_SCALE = 0.75; // smaller letters are not read: a higher figure has its lanes closer
  var plots = [], folds = [];
  var waiting = Array.prototype.slice.call(document.querySelectorAll("figure.chart"));
  function draw(figure) {
    var spec = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    var plot = figure.querySelector(".plot");
    window.Plotly.newPlot(plot, spec.data, spec.layout, config);
    var room = { width: parseFloat(plot.style.minWidth), height: parseFloat(plot.style.height) };
    plots.push({ node: plot, layout: spec.layout, width: room.width, height: room.height });
    var form = figure.closest("form.live");
    if (form) bnplan.mount(form);
  }
  function drawNext() { // one at a time, so that the first is seen before the last is drawn
    if (waiting.length) draw(waiting.shift());
    if (waiting.length) setTimeout(drawNext);
  }
  drawNext();
  // What was moved goes with its reader to the other edition.
  document.querySelectorAll(".top a[hreflang]").forEach(function (link) {
    link.addEventListener("click", function () { link.hash = location.hash; });
  });
  // What stands above or below the axes is placed in shares of their height: in a lower figure the shares are larger.
  function outside(plot, height) {
    var margin = plot.layout.margin || {}, fixed = (margin.t || 0) + (margin.b || 0), moved = {};
    var ratio = (plot.height - fixed) / (height - fixed);
    function place(y) { return y > 1 ? 1 + (y - 1) * ratio : y < 0 ? y * ratio : y; }
    if (plot.layout.legend && plot.layout.legend.y !== undefined) moved["legend.y"] = place(plot.layout.legend.y);
    (plot.layout.annotations || []).forEach(function (one, number) {
      if (one.yref === "paper") moved["annotations[" + number + "].y"] = place(one.y);
    });
    return moved;
  }
  function resize(paper) {
    plots.forEach(function (plot) {
      var fits = Math.min(PAPER_HEIGHT / plot.height, PAPER_WIDTH / plot.width);
      var scale = paper ? Math.min(1, Math.max(LEAST_SCALE, fits)) : 1;
      var height = paper ? Math.min(plot.height, PAPER_HEIGHT / scale) : plot.height;
      plot.node.style.zoom = 1; // plotly measures letters, and is wrong while they are drawn smaller
      plot.node.style.height = height + "px";
      var size = { width: paper ? PAPER_WIDTH / scale : null, height: height, autosize: !paper };
      window.Plotly.relayout(plot.node, size);
      window.Plotly.relayout(plot.node, outside(plot, height)); // only now is a legend's own height known
      plot.node.style.zoom = scale;
    });
  }
  // The Tab key stops only at what is wider than its frame: the arrow keys move that sideways.
  var frames = new ResizeObserver(function (seen) {
    seen.forEach(function (one) { one.target.tabIndex = one.target.scrollWidth > one.target.clientWidth ? 0 : -1; });
  });
  document.querySelectorAll(".scroll").forEach(function (area) { frames.observe(area); });
  window.addEventListener("beforeprint", function () {
    while (waiting.length) draw(waiting.shift());
    // browsers that know no ::details-content print only what is open
    folds = document.querySelectorAll("details.fold:not([open]), figure.chart details:not(.long):not([open])");
    folds.forEach(function (fold) { fold.open = true; });
    resize(true);
  });
  window.addEventListener("afterprint", function () {
    folds.forEach(function (fold) { fold.open = false; });
    resize(false);
  });
})();
