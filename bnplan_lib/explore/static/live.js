// What if? The economy of bnplan_lib/model/economy.py in the browser, and the form that asks it.
var bnplan = (function () {
  "use strict";

  // The model: one setting of the levers, per cent as in scenario files, a list where a lever differs by year.

  function total(values) { return values.reduce(function (sum, one) { return sum + one; }, 0); }

  function each(value, years) { return Array.isArray(value) ? value : years.map(function () { return value; }); }

  function index(rates) { // a base year of 1 and what yearly growth makes of it
    var levels = [1];
    rates.forEach(function (rate) { levels.push(levels[levels.length - 1] * (1 + rate)); });
    return levels;
  }

  function growthOf(levels) {
    return levels.slice(1).map(function (level, year) { return level / levels[year] - 1; });
  }

  function average(first, last, years) { return Math.exp(Math.log(last / first) / years) - 1; }

  function bend(rate, tilt, count) { // yearly rates around a mean, the first above the last by tilt
    var slope = tilt / (1 + rate), first = slope / 2 + Math.sqrt(slope * slope / 4 + 1), rates = [];
    for (var year = 0; year < count; year++) {
      rates.push((1 + rate) * Math.pow(first, count > 1 ? 1 - 2 * year / (count - 1) : 0) - 1);
    }
    return rates;
  }

  function economy(basis, values) {
    var years = basis.years, count = years.length, tilt = (values["growth.tilt"] || 0) / 100;
    function macro(name) { return values["macro." + name]; }
    function shares(name) { return each(macro(name), years).map(function (one) { return one / 100; }); }
    function scaled(name, growth) { // a level of 2025 and what follows: it grows by so many times another growth
      var times = each(macro(name[1]), years);
      return index(growth.map(function (one, year) { return times[year] * one; })).map(function (one) {
        return macro(name[0]) * one;
      });
    }
    var grdp2025 = values["base_year.grdp_bn_vnd"], built = values["base_year.construction_share"] / 100;
    function share(name) { return values["base_year.share_" + name] / 100; }
    var block = share("industry_construction");
    var base = {
      agriculture: share("agriculture"), industry: block * (1 - built), construction: block * built,
      services: share("services"), product_taxes: share("product_taxes")
    };
    var levels = {};
    basis.sectors.forEach(function (sector) {
      var moved = values["growth." + sector];
      var rates = tilt && !Array.isArray(moved) ? bend(moved / 100, tilt, count)
        : each(moved, years).map(function (rate) { return rate / 100; });
      levels[sector] = index(rates).map(function (one) { return base[sector] * grdp2025 * one; });
    });
    function sum(sectors) {
      return levels[sectors[0]].map(function (_, year) {
        return total(sectors.map(function (sector) { return levels[sector][year]; }));
      });
    }
    var grdp = sum(basis.sectors), growth = growthOf(grdp), later = grdp.slice(1);
    var deflator = index(shares("deflator_growth"));
    var nominal = grdp.map(function (one, year) { return one * deflator[year]; });
    var people = index(shares("population_growth")).map(function (one) { return macro("population") * one; });
    var dollar = index(shares("exchange_rate_growth")).map(function (one) { return macro("exchange_rate") * one; });
    var jobs = shares("employment_growth");
    var productivity = growth.map(function (one, year) { return (1 + one) / (1 + jobs[year]) - 1; });
    var ratio = shares("investment_ratio");
    var invested = later.map(function (one, year) { return ratio[year] * one; });
    var flows = [macro("investment_ratio_base") / 100 * grdp[0]].concat(invested);
    var capital = [macro("capital_output_ratio") * grdp[0]], kept = 1 - macro("depreciation_rate") / 100;
    invested.forEach(function (_, year) { capital.push(kept * capital[year] + flows[year]); });
    var alpha = macro("capital_share") / 100;
    var tfp = growthOf(capital).map(function (one, year) { return growth[year] - alpha * one - (1 - alpha) * jobs[year]; });
    var nominalGrowth = growthOf(nominal);
    var perHead = growthOf(nominal.map(function (one, year) { return one / people[year]; }));
    var revenue = scaled(["revenue", "revenue_buoyancy"], nominalGrowth).slice(1);
    var rise = grdp[count] - grdp[0], grown = total(growth);
    var measures = {
      "A.I.2": nominal[count] * 1e9 / people[count] / dollar[count],
      "A.I.3": Math.pow(productivity.reduce(function (all, one) { return all * (1 + one); }, 1), 1 / count) - 1,
      "A.I.4": total(invested) / total(later),
      "A.I.5": rise > 0 ? total(invested) / rise : NaN,
      "A.I.7": total(scaled(["trade", "trade_elasticity"], growth).slice(1)),
      "A.I.8.revenue": total(revenue),
      "A.II.3": scaled(["income", "income_elasticity"], perHead)[count],
      "B.I.1": total(invested) / total(later),
      "B.I.2": total(revenue) / total(nominal.slice(1)),
      "B.I.3": grown > 0 ? total(tfp) / grown : NaN
    };
    Object.keys(basis.targets).forEach(function (id) { // growth of a sector, of several together, of all
      var one = sum(basis.targets[id]);
      measures[id] = one[0] > 0 ? average(one[0], one[count], count) : NaN;
    });
    return { levels: levels, grdp: grdp, growth: growth, measures: measures };
  }

  // How numbers are said in the reader's language, as bnplan_lib/figures/language.py and amounts.py say them.

  function number(value, digits, lang) {
    if (!isFinite(value)) return "–";
    var parts = Math.abs(value).toFixed(digits).split(".");
    var whole = parts[0].replace(/\B(?=(\d{3})+$)/g, lang === "vi" ? "." : ",");
    var said = whole + (parts[1] ? (lang === "vi" ? "," : ".") + parts[1] : "");
    return (value < 0 && /[1-9]/.test(said) ? "−" : "") + said;
  }

  function percent(share, digits, lang) {
    return isFinite(share) ? number(share * 100, digits, lang) + (lang === "vi" ? "\u00a0%" : "%") : "–";
  }

  function isMet(target, value) {
    return value >= (target.least === null ? -Infinity : target.least)
      && value <= (target.most === null ? Infinity : target.most);
  }

  function exact(target, value, lang) { // as many digits as keep the rounded figure on its side of the target
    if (!isFinite(value)) return "–";
    var scale = target.percent ? 100 : 1, digits = Math.abs(value) >= 1000 ? 0 : 2;
    while (digits < 5 && isMet(target, Number((value * scale).toFixed(digits)) / scale) !== isMet(target, value)) digits++;
    return target.percent ? percent(value, digits, lang) : number(value, digits, lang) + target.unit;
  }

  // A lever that differs by year is moved as a whole: its pattern over the years stays.

  function moved(value, isRate, mean) {
    if (!Array.isArray(value)) return mean;
    var count = value.length;
    var now = isRate
      ? (Math.exp(total(value.map(function (one) { return Math.log1p(one / 100); })) / count) - 1) * 100
      : total(value) / count;
    return value.map(function (one) {
      return isRate ? (100 + one) * ((100 + mean) / (100 + now)) - 100 : one + (mean - now);
    });
  }

  // The form.

  function mount(form) {
    var spec = JSON.parse(form.querySelector('script[type="application/json"]').textContent);
    var inputs = {}, values = {}, changed = {}, lang = spec.lang, waiting = 0;
    var plot = document.getElementById(spec.figure_id).querySelector(".plot");
    var caption = document.getElementById(spec.figure_id).querySelector("figcaption h3");
    form.querySelectorAll("input[type=range]").forEach(function (input) { inputs[input.name] = input; });

    function said(input) { // as a reader hears it, and a screen reader too
      var told = number(Number(input.value), Number(input.dataset.digits), lang);
      input.setAttribute("aria-valuetext", told);
      form.querySelector('output[for="' + input.id + '"]').textContent = told;
    }

    function place(key, value) {
      var input = inputs[key];
      input.min = Math.min(Number(input.min), value);
      input.max = Math.max(Number(input.max), value);
      input.value = value;
      said(input);
    }

    function set(key, value) { // one lever, and what moves with it
      changed[key] = value;
      values[key] = moved(spec.values[key], inputs[key].dataset.rate === "1", value);
      if (key === spec.position) {
        Object.keys(spec.ranges).forEach(function (rate) {
          var ends = spec.ranges[rate], own = (ends[0] + value * (ends[1] - ends[0])) * 100;
          changed[rate] = values[rate] = Number(own.toFixed(6));
          place(rate, values[rate]);
        });
      } else if (spec.shares.indexOf(key) >= 0) {
        values[spec.rest] = 100 - total(spec.shares.map(function (one) { return values[one]; }));
      }
    }

    function show() {
      var now = economy(spec.basis, values).measures, inside = 0;
      spec.targets.forEach(function (target) {
        var row = form.querySelector('tr[data-target="' + target.id + '"]'), value = now[target.id];
        var met = isMet(target, value);
        row.querySelector(".value").textContent = exact(target, value, lang);
        row.querySelector(".met").textContent = (met ? "✓ " + spec.texts.met : "✗ " + spec.texts.not_met);
        row.classList.toggle("bad", !met);
        row.classList.toggle("moved", row.querySelector(".value").textContent !== row.querySelector(".before").textContent);
      });
      var marks = spec.marks.map(function (mark) {
        var value = now[mark.id], standing = "none";
        if (isFinite(value)) standing = value < mark.low ? "below" : value > mark.high ? "above" : "inside";
        if (standing === "inside") inside++;
        return { x: value * 100, text: percent(value, 2, lang), told: mark.hover.replace("{average}", percent(value, 2, lang))
          .replace("{standing}", spec.texts[standing]) };
      });
      function of(name) { return marks.map(function (mark) { return mark[name]; }); }
      caption.textContent = spec.texts.title.replace("{inside}", number(inside, 0, lang));
      window.Plotly.restyle(plot, { x: [of("x")], text: [of("text")], customdata: [of("told")] }, [spec.trace]);
      form.querySelector(".moved-levers").textContent = Object.keys(changed).filter(differs).map(function (key) {
        return inputs[key].dataset.title + ": " + form.querySelector('output[for="' + inputs[key].id + '"]').textContent;
      }).join("; ") || spec.texts.nothing;
    }

    function differs(key) { return Math.abs(changed[key] - spec.at_start[key]) > 1e-9; }

    function remember() {
      var told = Object.keys(changed).filter(differs).map(function (key) { return key + "=" + changed[key]; });
      history.replaceState(null, "", told.length ? "#" + form.id + "&" + told.join("&") : location.pathname + location.search);
    }

    function recall() {
      var told = location.hash.slice(1).split("&");
      if (told[0] !== form.id) return false;
      told.slice(1).forEach(function (one) {
        var key = one.split("=")[0], value = Number(one.split("=")[1]);
        if (inputs[key] && isFinite(value) && one.indexOf("=") > 0) { set(key, value); place(key, value); }
      });
      return true;
    }

    function back() {
      changed = {};
      values = JSON.parse(JSON.stringify(spec.values));
      Object.keys(inputs).forEach(function (key) { place(key, spec.at_start[key]); });
    }

    function scenario() { // the setting as a scenario file: what the page's scenario moves, and what was moved here
      var sections = {}, lines = spec.head.slice();
      Object.keys(values).forEach(function (key) {
        var isMoved = differs(key) || (key === spec.rest && spec.shares.some(differs));
        if (!isMoved && spec.kept.indexOf(key) < 0) return;
        var section = key.split(".")[0];
        (sections[section] = sections[section] || []).push(key.slice(section.length + 1) + " = " + toml(values[key]));
      });
      Object.keys(sections).forEach(function (section) { lines.push("", "[" + section + "]"); lines = lines.concat(sections[section]); });
      return lines.join("\n") + "\n" + (spec.tail ? "\n" + spec.tail : "");
    }

    function toml(value) {
      if (Array.isArray(value)) return "[" + value.map(toml).join(", ") + "]";
      return /[.e]/.test(String(value)) ? String(value) : value + ".0";
    }

    form.addEventListener("input", function (event) {
      if (!inputs[event.target.name]) return;
      var step = Number(event.target.dataset.step);
      set(event.target.name, Number((Math.round(Number(event.target.value) / step) * step).toFixed(6)));
      place(event.target.name, changed[event.target.name]);
      cancelAnimationFrame(waiting);
      waiting = requestAnimationFrame(function () { show(); remember(); });
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.querySelector(".reset").addEventListener("click", function () { back(); show(); remember(); });
    form.querySelector(".copy").addEventListener("click", function () {
      var area = form.querySelector("textarea");
      area.value = scenario();
      area.hidden = false;
      area.select();
      var told = form.querySelector(".copied"), copied = false;
      try { copied = document.execCommand("copy"); } catch (error) { copied = false; }
      told.textContent = copied ? spec.texts.copied : spec.texts.select;
    });
    window.addEventListener("hashchange", function () { back(); recall(); show(); });
    spec.targets.forEach(function (target) {
      var row = form.querySelector('tr[data-target="' + target.id + '"]');
      row.querySelector(".before").textContent = exact(target, target.value === null ? NaN : target.value, lang);
    });
    back();
    recall();
    show();
    form.classList.add("ready");
    return { set: function (key, value) { set(key, value); place(key, value); }, show: show, scenario: scenario };
  }

  return { economy: economy, exact: exact, number: number, percent: percent, mount: mount };
})();
document.querySelectorAll("form.live").forEach(bnplan.mount);
