// What if? Growth and investment of bnplan_lib/model in the browser, and the two forms that ask them.
var bnplan = (function () {
  "use strict";

  // One setting of the levers: per cent as in scenario files, a list where a lever differs by year.

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

  // Growth, as bnplan_lib/model/economy.py has it.

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

  // Investment, as bnplan_lib/model/{projects,schedule,profiles,investment}.py have it.

  var TINY = 1e-9, SHORTEST = 1; // of a quarter: what rounding may carry over its end; what is left of a phase
  var SPENT = { // the share of a cost that is spent when a share of its time has passed
    uniform: function (time) { return time; },
    front: function (time) { return time * (2 - time); },
    back: function (time) { return time * time; },
    s_curve: function (time) { return time * time * (3 - 2 * time); }
  };

  function quarterNumber(name) { return 4 * Number(name.slice(0, 4)) + Number(name.slice(5)) - 1; }

  function held(values, names, lever) { // the value that holds for a project: the last, narrowest of its names has it
    return names.reduce(function (found, name) {
      var own = values["projects." + name + "." + lever];
      return own === undefined ? found : own;
    }, undefined);
  }

  function spans(phases, values) { // first quarter of each phase, and the one after its last
    var begins = quarterNumber(values["phasing.milestone_start"]), opens = quarterNumber(values["phasing.open_end"]);
    return phases.map(function (phase) {
      var first = phase.start ? quarterNumber(phase.start) : begins;
      var last = phase.end ? quarterNumber(phase.end) : Math.max(opens, first);
      begins = last + 1;
      return { begin: Math.min(first, last), end: last + 1 };
    });
  }

  function shares(phases, times) { // of a project's cost: by the cost of its phases where all is known, else by length
    var known = phases.every(function (phase) { return phase.cost !== null; });
    var weights = phases.map(function (phase, place) {
      return known ? phase.cost : times[place].end - times[place].begin;
    });
    return weights.map(function (one) { return one / total(weights) || 0; });
  }

  function movedTime(time, opening, since, delay, slower) { // what falls before a quarter stays
    var anchor = Math.max(opening, since);
    if (time.begin >= since) {
      var start = Math.max(anchor + (time.begin - anchor) * slower + delay, since);
      return { begin: start, resume: start, passed: 0, end: start + (time.end - time.begin) * slower };
    }
    if (time.end <= since) return { begin: time.begin, resume: time.begin, passed: 0, end: time.end };
    return {
      begin: time.begin, resume: since, passed: (since - time.begin) / (time.end - time.begin),
      end: Math.max(anchor + (time.end - anchor) * slower + delay, since + SHORTEST)
    };
  }

  function position(time, quarter) { // the share of a phase's time that has passed when a quarter begins
    var share = quarter < time.resume
      ? time.passed * (quarter - time.begin) / Math.max(time.resume - time.begin, 1)
      : 1 - (1 - time.passed) * (time.end - quarter) / (time.end - time.resume);
    return Math.min(1, Math.max(0, share));
  }

  function investment(basis, values) { // bn VND by capital source and year; projects running by number of quarter
    var since = quarterNumber(values["phasing.delay_from"]), running = {};
    var edges = basis.years.concat(basis.years[basis.years.length - 1] + 1).map(function (year) { return 4 * year; });
    var until = basis.sources.map(function () { return edges.map(function () { return 0; }); });
    basis.projects.forEach(function (project) {
      function of(lever) { return held(values, project.names, lever); }
      if (of("dropped")) return;
      var planned = spans(project.phases, values), runs = {}, own = until[project.source];
      var opening = Math.min.apply(null, planned.map(function (time) { return time.begin; }));
      var parts = shares(project.phases, planned), spent = SPENT[of("profile")];
      planned.forEach(function (plan, place) {
        var time = movedTime(plan, opening, since, of("delay_quarters"), 1 + of("stretch") / 100);
        var cost = (project.cost || 0) * parts[place] * (1 + of("overrun") / 100);
        edges.forEach(function (edge, year) { own[year] += cost * spent(position(time, edge)); });
        for (var quarter = Math.floor(time.begin + TINY); quarter < Math.ceil(time.end - TINY); quarter++) runs[quarter] = 1;
      });
      Object.keys(runs).forEach(function (quarter) { running[quarter] = (running[quarter] || 0) + 1; });
    });
    return {
      spent: until.map(function (own) { return own.slice(1).map(function (one, year) { return one - own[year]; }); }),
      running: running
    };
  }

  function busiest(running) { // the quarter in which most projects run, the first of those
    return Object.keys(running).map(Number).sort(function (one, other) {
      return running[other] - running[one] || one - other;
    })[0];
  }

  // How numbers are said in the reader's language, as bnplan_lib/figures/language.py and amounts.py say them.

  function number(value, digits, lang) {
    if (!isFinite(value)) return "–";
    var size = Math.abs(value), rounded = size.toFixed(digits);
    if (size * Math.pow(2, digits + 1) % 2 === 1 && /[13579]$/.test(rounded)) { // half-way goes to the even digit
      rounded = (size - 0.5 / Math.pow(10, digits)).toFixed(digits);
    }
    var parts = rounded.split(".");
    var whole = parts[0].replace(/\B(?=(\d{3})+$)/g, lang === "vi" ? "." : ",");
    var said = whole + (parts[1] ? (lang === "vi" ? "," : ".") + parts[1] : "");
    return (value < 0 && /[1-9]/.test(said) ? "−" : "") + said;
  }

  function percent(share, digits, lang) {
    return isFinite(share) ? number(share * 100, digits, lang) + (lang === "vi" ? "\u00a0%" : "%") : "–";
  }

  function quarter(number, lang) {
    var year = Math.floor(number / 4), place = number % 4;
    return lang === "vi" ? "Quý\u00a0" + ["I", "II", "III", "IV"][place] + "/" + year : "Q" + (place + 1) + "\u00a0" + year;
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

  // What every form has: its levers, what was moved, the address, a way back and a scenario file.

  function fill(template, values) {
    return Object.keys(values).reduce(function (text, name) { return text.replace("{" + name + "}", values[name]); }, template);
  }

  function near(value, step) { return Number((Math.round(value / step) * step).toFixed(6)); }

  function toml(value) {
    if (Array.isArray(value)) return "[" + value.map(toml).join(", ") + "]";
    if (typeof value !== "number") return JSON.stringify(value);
    return /[.e]/.test(String(value)) ? String(value) : value + ".0";
  }

  function place(form, input, value, lang) { // a slider, wide enough, and its value as a reader hears it
    input.min = Math.min(Number(input.min), value);
    input.max = Math.max(Number(input.max), value);
    input.value = value;
    var told = number(value, Number(input.dataset.digits), lang);
    input.setAttribute("aria-valuetext", told);
    form.querySelector('output[for="' + input.id + '"]').textContent = told;
  }

  function figureOf(spec) {
    var figure = document.getElementById(spec.figure_id), caption = figure.querySelector("figcaption h3");
    return {
      plot: figure.querySelector(".plot"),
      title: function (text) {
        caption.textContent = text;
        figure.setAttribute("aria-label", text + ". " + figure.querySelector("figcaption p").textContent);
        figure.querySelector(".scroll").setAttribute("aria-label", text);
      }
    };
  }

  // `own` is what one form does: `moved` gives key and value of what differs from the scenario, `put` sets a lever from
  // the text of an address, `words` says what was moved, `tables` are the levers of its file, `back` and `show`.
  function frame(form, spec, own) {
    var waiting = 0;

    function show() {
      own.show();
      form.querySelector(".moved-levers").textContent = own.words().join("; ") || spec.texts.nothing;
    }

    function remember() {
      var moved = own.moved(), told = Object.keys(moved).map(function (key) { return key + "=" + moved[key]; });
      history.replaceState(null, "", told.length ? "#" + form.id + "&" + told.join("&") : location.pathname + location.search);
    }

    function recall() {
      var told = location.hash.slice(1);
      try { told = decodeURIComponent(told); } catch (error) { return; }
      told = told.split("&");
      if (told[0] === form.id) told.slice(1).forEach(function (one) {
        var cut = one.indexOf("=");
        if (cut > 0 && cut < one.length - 1) own.put(one.slice(0, cut), one.slice(cut + 1));
      });
    }

    function scenario() { // the setting as a scenario file: what the page's scenario moves, and what was moved here
      var lines = spec.head.slice(), tables = own.tables();
      Object.keys(tables).forEach(function (name) { lines = lines.concat("", "[" + name + "]", tables[name]); });
      return lines.join("\n") + "\n" + (spec.tail ? "\n" + spec.tail : "");
    }

    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.querySelector(".reset").addEventListener("click", function () { own.back(); show(); remember(); });
    form.querySelector(".copy").addEventListener("click", function () {
      var area = form.querySelector("textarea"), copied = false;
      area.value = scenario();
      area.hidden = false;
      area.select();
      try { copied = document.execCommand("copy"); } catch (error) { copied = false; }
      form.querySelector(".copied").textContent = copied ? spec.texts.copied : spec.texts.select;
    });
    window.addEventListener("hashchange", function () { // a heading's address leaves the setting as it is
      if (location.hash && location.hash.indexOf("#" + form.id + "&") !== 0) return;
      own.back();
      recall();
      show();
    });
    own.back();
    recall();
    show();
    form.classList.add("ready");
    return {
      changed: function () {
        cancelAnimationFrame(waiting);
        waiting = requestAnimationFrame(function () { show(); remember(); });
      }
    };
  }

  // The form of growth.

  function growthForm(form, spec) {
    var inputs = {}, values = {}, changed = {}, lang = spec.lang, figure = figureOf(spec);
    form.querySelectorAll("input[type=range]").forEach(function (input) { inputs[input.name] = input; });

    function differs(key) { return Math.abs(changed[key] - spec.at_start[key]) > 1e-9; }

    function put(key, value) { // one lever, and what moves with it
      changed[key] = value;
      values[key] = moved(spec.values[key], inputs[key].dataset.rate === "1", value);
      place(form, inputs[key], value, lang);
      if (key === spec.position) {
        Object.keys(spec.ranges).forEach(function (rate) {
          var ends = spec.ranges[rate], own = (ends[0] + value * (ends[1] - ends[0])) * 100;
          changed[rate] = values[rate] = Number(own.toFixed(6));
          place(form, inputs[rate], values[rate], lang);
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
        var value = now[mark.id], standing = "none", said = percent(value, 2, lang);
        if (isFinite(value)) standing = value < mark.low ? "below" : value > mark.high ? "above" : "inside";
        if (standing === "inside") inside++;
        return { x: value * 100, text: said, told: fill(mark.hover, { average: said, standing: spec.texts[standing] }) };
      });
      function of(name) { return marks.map(function (mark) { return mark[name]; }); }
      figure.title(fill(spec.texts.title, { inside: number(inside, 0, lang) }));
      window.Plotly.restyle(figure.plot, { x: [of("x")], text: [of("text")], customdata: [of("told")] }, [spec.trace]);
    }

    spec.targets.forEach(function (target) {
      var row = form.querySelector('tr[data-target="' + target.id + '"]');
      row.querySelector(".before").textContent = exact(target, target.value === null ? NaN : target.value, lang);
    });
    var live = frame(form, spec, {
      show: show,
      moved: function () {
        return Object.keys(changed).filter(differs).reduce(function (all, key) { all[key] = changed[key]; return all; }, {});
      },
      put: function (key, text) { if (inputs[key] && isFinite(Number(text))) put(key, Number(text)); },
      words: function () {
        return Object.keys(changed).filter(differs).map(function (key) {
          return inputs[key].dataset.title + ": " + inputs[key].getAttribute("aria-valuetext");
        });
      },
      back: function () {
        changed = {};
        values = JSON.parse(JSON.stringify(spec.values));
        Object.keys(inputs).forEach(function (key) { place(form, inputs[key], spec.at_start[key], lang); });
      },
      tables: function () {
        var tables = {};
        Object.keys(values).forEach(function (key) {
          var isMoved = differs(key) || (key === spec.rest && spec.shares.some(differs));
          if (!isMoved && spec.kept.indexOf(key) < 0) return;
          var section = key.split(".")[0];
          (tables[section] = tables[section] || []).push(key.slice(section.length + 1) + " = " + toml(values[key]));
        });
        return tables;
      }
    });
    form.addEventListener("input", function (event) {
      var input = inputs[event.target.name];
      if (!input) return;
      put(input.name, near(Number(input.value), Number(input.dataset.step)));
      live.changed();
    });
  }

  // The form of investment: a choice of projects, and what is set for it.

  function investmentForm(form, spec) {
    var lang = spec.lang, figure = figureOf(spec), values = {}, chosen = form.elements.which, controls = {};
    var years = spec.basis.years.length;
    Object.keys(spec.levers).forEach(function (lever) { controls[lever] = form.elements[lever]; });

    function keyOf(item, lever) { return "projects." + item + "." + lever; }

    function wordsOf(item) { // a class is said with its kind: there are a sector and an asset of one name
      var option = chosen.querySelector('option[value="' + item + '"]'), text = option.textContent;
      return item.indexOf(":") > 0 ? text + " (" + option.parentNode.label.toLowerCase() + ")" : text;
    }

    function membersOf(item) {
      return spec.basis.projects.filter(function (project) { return project.names.indexOf(item) >= 0; });
    }

    function valueOf(item, lever) { // what is set for a choice, or what it has from wider ones
      var names = membersOf(item)[0].names;
      return held(values, names.slice(0, names.indexOf(item) + 1), lever);
    }

    function narrower(item) { // what is set for less than the choice and so holds in spite of it
      var found = [];
      membersOf(item).forEach(function (project) {
        project.names.slice(project.names.indexOf(item) + 1).forEach(function (name) {
          var isSet = Object.keys(controls).some(function (lever) { return values[keyOf(name, lever)] !== undefined; });
          if (isSet && found.indexOf(name) < 0) found.push(name);
        });
      });
      return found;
    }

    function put(item, lever, value) { // what is as from wider choices need not be set
      var key = keyOf(item, lever), names = membersOf(item)[0].names;
      var wider = held(values, names.slice(0, names.indexOf(item)), lever);
      if (spec.values[key] === undefined && wider === value) delete values[key];
      else values[key] = value;
    }

    function read(lever, text) { // a value from an address, undefined where it is none
      var ends = spec.levers[lever].range, value = Number(text);
      if (lever === "dropped") return { "true": true, "false": false }[text];
      if (!ends) return SPENT.hasOwnProperty(text) ? text : undefined;
      if (!(value >= ends[0] && value <= ends[1])) return undefined;
      return spec.levers[lever].whole && value !== Math.round(value) ? undefined : value;
    }

    function said(lever, value) {
      if (lever === "dropped") return value ? spec.texts.yes : spec.texts.no;
      if (lever === "profile") return controls.profile.querySelector('option[value="' + value + '"]').textContent;
      var digits = value === Math.round(value) ? 0 : 2;
      return spec.levers[lever].percent ? percent(value / 100, digits, lang) : number(value, digits, lang);
    }

    function load() { // the controls as the choice has them
      Object.keys(controls).forEach(function (lever) {
        var control = controls[lever], value = valueOf(chosen.value, lever);
        if (lever === "dropped") control.checked = value;
        else if (lever === "profile") control.value = value;
        else {
          var isWhole = value === Math.round(value);
          control.step = isWhole ? 1 : "any";
          control.dataset.digits = isWhole ? 0 : 2;
          control.min = control.dataset.low;
          control.max = control.dataset.high;
          place(form, control, value, lang);
        }
      });
    }

    function movedKeys() {
      return Object.keys(values).filter(function (key) { return values[key] !== spec.values[key]; });
    }

    function split(key) { // projects.II.1.overrun: whose lever, and which
      var cut = key.lastIndexOf(".");
      return { item: key.slice(9, cut), lever: key.slice(cut + 1) };
    }

    function sums(spent) { // the rows of the table, the years and then all of them
      var listed = spec.envelope.map(function (_, year) { return total(spent.map(function (own) { return own[year]; })); });
      var rows = {};
      spec.sources.forEach(function (source, place) { rows[source.code] = spent[place]; });
      rows.listed = listed;
      rows.rest = spec.envelope.map(function (one, year) { return one - listed[year]; });
      Object.keys(rows).forEach(function (name) { rows[name] = rows[name].concat(total(rows[name])); });
      var whole = spec.envelope.concat(total(spec.envelope));
      rows.share = rows.listed.map(function (one, year) { return one / whole[year]; });
      return rows;
    }

    function tell(rows, column) {
      Object.keys(rows).forEach(function (name) {
        var cells = form.querySelectorAll('tr[data-row="' + name + '"].' + column + " td");
        rows[name].forEach(function (value, place) {
          cells[place].textContent = name === "share" ? percent(value, 1, lang) : number(value, 0, lang);
          if (column === "value") {
            var before = form.querySelectorAll('tr[data-row="' + name + '"].before td')[place];
            cells[place].classList.toggle("moved", cells[place].textContent !== before.textContent);
          }
        });
      });
    }

    function peak(running) {
      var most = busiest(running);
      if (most === undefined) return "–";
      return fill(spec.texts.peak, { count: number(running[most], 0, lang), quarter: quarter(most, lang) });
    }

    function draw(rows) {
      var marks = {}, over = [];
      for (var year = 0; year < years; year++) {
        marks["annotations[" + year + "].y"] = rows.listed[year] / 2000;
        marks["annotations[" + year + "].text"] = "<b>" + percent(rows.share[year], 0, lang) + "</b>";
        if (rows.share[year] > spec.limit) over.push(spec.basis.years[year]);
      }
      var which = over.length === years ? "all" : over.length ? "some" : "none";
      figure.title(fill(spec.texts[which], { years: over.join(", ") }));
      var amounts = spec.sources.map(function (source) { return rows[source.code].slice(0, years); });
      window.Plotly.update(figure.plot, {
        y: amounts.map(function (own) { return own.map(function (one) { return one / 1000; }); }),
        customdata: amounts.map(function (own, place) {
          return own.map(function (one, year) {
            var money = number(one, 0, lang) + "\u00a0" + spec.texts.unit;
            return spec.sources[place].name + ", " + spec.basis.years[year] + ": " + money;
          });
        })
      }, marks, spec.bars);
    }

    function show() {
      var now = investment(spec.basis, values), rows = sums(now.spent), others = narrower(chosen.value).map(wordsOf);
      tell(rows, "value");
      draw(rows);
      form.querySelector(".peak .value").textContent = peak(now.running);
      form.querySelector(".reach").textContent = chosen.selectedOptions[0].dataset.reach;
      form.querySelector(".narrower").textContent = others.length
        ? fill(spec.texts.narrower, { names: others.slice(0, 6).join("; ") + (others.length > 6 ? "; …" : "") }) : "";
    }

    var before = investment(spec.basis, spec.values);
    tell(sums(before.spent), "before");
    form.querySelector(".peak .before").textContent = peak(before.running);
    var live = frame(form, spec, {
      show: show,
      moved: function () {
        return movedKeys().reduce(function (all, key) { all[key] = values[key]; return all; }, {});
      },
      put: function (key, text) {
        var own = split(key), value = controls[own.lever] && key.indexOf("projects.") === 0 ? read(own.lever, text) : undefined;
        if (value === undefined || !membersOf(own.item).length || !own.item) return;
        values[key] = value;
        chosen.value = own.item;
        load();
      },
      words: function () {
        var told = {};
        movedKeys().forEach(function (key) {
          var own = split(key), text = spec.levers[own.lever].title + ": " + said(own.lever, values[key]);
          (told[own.item] = told[own.item] || []).push(text);
        });
        return Object.keys(told).map(function (item) { return wordsOf(item) + " – " + told[item].join(", "); });
      },
      back: function () {
        values = JSON.parse(JSON.stringify(spec.values));
        load();
      },
      tables: function () {
        var tables = {}, moved = movedKeys();
        Object.keys(values).forEach(function (key) {
          if (moved.indexOf(key) < 0 && spec.kept.indexOf(key) < 0) return;
          var own = split(key), name = 'projects."' + own.item + '"';
          var text = spec.levers[own.lever].whole ? String(values[key]) : toml(values[key]);
          (tables[name] = tables[name] || []).push(own.lever + " = " + text);
        });
        return tables;
      }
    });
    form.addEventListener("input", function (event) {
      var lever = event.target.name, control = controls[lever];
      if (control) {
        put(chosen.value, lever, lever === "dropped" ? control.checked
          : lever === "profile" ? control.value : near(Number(control.value), 1));
      } else if (event.target !== chosen) return;
      load();
      live.changed();
    });
  }

  function mount(form) {
    var spec = JSON.parse(form.querySelector('script[type="application/json"]').textContent);
    ({ growth: growthForm, investment: investmentForm })[spec.form](form, spec);
  }

  return {
    economy: economy, investment: investment, busiest: busiest, exact: exact, number: number, percent: percent, quarter: quarter,
    mount: mount
  };
})();
document.querySelectorAll("form.live").forEach(bnplan.mount);
