// What if? Growth, investment and timeline of bnplan_lib in the browser, and the forms that ask them.
const bnplan = (() => {
  "use strict";

  // One setting of the levers: per cent as in scenario files, a list where a lever differs by year.

  function total(values) { return values.reduce((sum, one) => sum + one, 0); }

  function each(value, years) { return Array.isArray(value) ? value : years.map(() => value); }

  function index(rates) { // a base year of 1 and what yearly growth makes of it
    const levels = [1];
    rates.forEach((rate) => { levels.push(levels[levels.length - 1] * (1 + rate)); });
    return levels;
  }

  function growthOf(levels) {
    return levels.slice(1).map((level, year) => level / levels[year] - 1);
  }

  function average(first, last, years) { return Math.exp(Math.log(last / first) / years) - 1; }

  function bend(rate, tilt, count) { // yearly rates around a mean, the first above the last by tilt
    const slope = tilt / (1 + rate), first = slope / 2 + Math.sqrt(slope * slope / 4 + 1), rates = [];
    for (let year = 0; year < count; year++) {
      rates.push((1 + rate) * Math.pow(first, count > 1 ? 1 - 2 * year / (count - 1) : 0) - 1);
    }
    return rates;
  }

  // Growth, as bnplan_lib/model/economy.py has it.

  function economy(basis, values) {
    const years = basis.years, count = years.length, tilt = (values["growth.tilt"] || 0) / 100;
    function macro(name) { return values["macro." + name]; }
    function shares(name) { return each(macro(name), years).map((one) => one / 100); }
    function scaled(name, growth) { // a level of 2025 and what follows: it grows by so many times another growth
      const times = each(macro(name[1]), years);
      return index(growth.map((one, year) => times[year] * one)).map((one) => macro(name[0]) * one);
    }
    const grdp2025 = values["base_year.grdp_bn_vnd"], built = values["base_year.construction_share"] / 100;
    function share(name) { return values["base_year.share_" + name] / 100; }
    const block = share("industry_construction");
    const base = {
      agriculture: share("agriculture"), industry: block * (1 - built), construction: block * built,
      services: share("services"), product_taxes: share("product_taxes")
    };
    const levels = {};
    basis.sectors.forEach((sector) => {
      const moved = values["growth." + sector];
      const rates = tilt && !Array.isArray(moved) ? bend(moved / 100, tilt, count)
        : each(moved, years).map((rate) => rate / 100);
      levels[sector] = index(rates).map((one) => base[sector] * grdp2025 * one);
    });
    function sum(sectors) {
      return levels[sectors[0]].map((_, year) => total(sectors.map((sector) => levels[sector][year])));
    }
    const grdp = sum(basis.sectors), growth = growthOf(grdp), later = grdp.slice(1);
    const deflator = index(shares("deflator_growth"));
    const nominal = grdp.map((one, year) => one * deflator[year]);
    const people = index(shares("population_growth")).map((one) => macro("population") * one);
    const dollar = index(shares("exchange_rate_growth")).map((one) => macro("exchange_rate") * one);
    const jobs = shares("employment_growth");
    const productivity = growth.map((one, year) => (1 + one) / (1 + jobs[year]) - 1);
    const ratio = shares("investment_ratio");
    const invested = later.map((one, year) => ratio[year] * one);
    const flows = [macro("investment_ratio_base") / 100 * grdp[0]].concat(invested);
    const capital = [macro("capital_output_ratio") * grdp[0]], kept = 1 - macro("depreciation_rate") / 100;
    invested.forEach((_, year) => { capital.push(kept * capital[year] + flows[year]); });
    const alpha = macro("capital_share") / 100;
    const tfp = growthOf(capital).map((one, year) => growth[year] - alpha * one - (1 - alpha) * jobs[year]);
    const nominalGrowth = growthOf(nominal);
    const perHead = growthOf(nominal.map((one, year) => one / people[year]));
    const revenue = scaled(["revenue", "revenue_buoyancy"], nominalGrowth).slice(1);
    const rise = grdp[count] - grdp[0], grown = total(growth);
    const measures = {
      per_head_usd: nominal[count] * 1e9 / people[count] / dollar[count],
      productivity_growth: Math.pow(productivity.reduce((all, one) => all * (1 + one), 1), 1 / count) - 1,
      investment_share: total(invested) / total(later),
      icor: rise > 0 ? total(invested) / rise : NaN,
      trade: total(scaled(["trade", "trade_elasticity"], growth).slice(1)),
      revenue: total(revenue),
      income: scaled(["income", "income_elasticity"], perHead)[count],
      social_investment_share: total(invested) / total(later),
      mobilisation: total(revenue) / total(nominal.slice(1)),
      tfp_share: grown > 0 ? total(tfp) / grown : NaN
    };
    Object.keys(basis.grown).forEach((name) => { // growth of a sector, of several together, of all
      const one = sum(basis.grown[name]);
      measures[name] = one[0] > 0 ? average(one[0], one[count], count) : NaN;
    });
    return { levels, grdp, growth, measures };
  }

  // Investment, as bnplan_lib/model/{projects,schedule,profiles,investment}.py have it.

  const TINY = 1e-9, SHORTEST = 1; // of a quarter: what rounding may carry over its end; what is left of a phase
  const SPENT = { // the share of a cost that is spent when a share of its time has passed
    uniform (time) { return time; },
    front (time) { return time * (2 - time); },
    back (time) { return time * time; },
    s_curve (time) { return time * time * (3 - 2 * time); }
  };

  function quarterNumber(name) { return 4 * Number(name.slice(0, 4)) + Number(name.slice(5)) - 1; }

  function held(values, names, lever) { // the value that holds for an item: the last, narrowest of its names has it
    return names.reduce((found, name) => {
      const own = values[name + "." + lever];
      return own === undefined ? found : own;
    }, undefined);
  }

  function spans(phases, values) { // first quarter of each phase, and the one after its last
    let begins = quarterNumber(values["phasing.milestone_start"]), opens = quarterNumber(values["phasing.open_end"]);
    return phases.map((phase) => {
      const first = phase.start ? quarterNumber(phase.start) : begins;
      const last = phase.end ? quarterNumber(phase.end) : Math.max(opens, first);
      begins = last + 1;
      return { begin: Math.min(first, last), end: last + 1 };
    });
  }

  function shares(phases, times) { // of a project's cost: by the cost of its phases where all is known, else by length
    const known = phases.every((phase) => phase.cost !== null);
    const weights = phases.map((phase, place) => known ? phase.cost : times[place].end - times[place].begin);
    return weights.map((one) => one / total(weights) || 0);
  }

  function movedTime(time, opening, since, delay, slower) { // what falls before a quarter stays
    const anchor = Math.max(opening, since);
    if (time.begin >= since) {
      const start = Math.max(anchor + (time.begin - anchor) * slower + delay, since);
      return { begin: start, resume: start, passed: 0, end: start + (time.end - time.begin) * slower };
    }
    if (time.end <= since) return { begin: time.begin, resume: time.begin, passed: 0, end: time.end };
    return {
      begin: time.begin, resume: since, passed: (since - time.begin) / (time.end - time.begin),
      end: Math.max(anchor + (time.end - anchor) * slower + delay, since + SHORTEST)
    };
  }

  function position(time, quarter) { // the share of a phase's time that has passed when a quarter begins
    const share = quarter < time.resume
      ? time.passed * (quarter - time.begin) / Math.max(time.resume - time.begin, 1)
      : 1 - (1 - time.passed) * (time.end - quarter) / (time.end - time.resume);
    return Math.min(1, Math.max(0, share));
  }

  function kept(basis, values) { // the projects that are not dropped: their phases with time and cost, how it is spent
    const since = quarterNumber(values["phasing.delay_from"]);
    return basis.projects.filter((project) => !held(values, project.names, "dropped")).map((project) => {
      function of(lever) { return held(values, project.names, lever); }
      const planned = spans(project.phases, values), parts = shares(project.phases, planned);
      const opening = Math.min.apply(null, planned.map((time) => time.begin));
      return {
        project, spent: SPENT[of("profile")],
        phases: planned.map((plan, place) => {
          const time = movedTime(plan, opening, since, of("delay_quarters"), 1 + of("stretch") / 100);
          const cost = (project.cost || 0) * parts[place] * (1 + of("overrun") / 100);
          return { time, cost, first: Math.floor(time.begin + TINY), last: Math.ceil(time.end - TINY) - 1 };
        })
      };
    });
  }

  function spentBy(item, quarter) { // bn VND of a project until a quarter begins
    return total(item.phases.map((phase) => phase.cost * item.spent(position(phase.time, quarter))));
  }

  function count(phases, running) { // one more in each quarter in which any phase runs
    const runs = {};
    phases.forEach((phase) => {
      for (let quarter = phase.first; quarter <= phase.last; quarter++) runs[quarter] = 1;
    });
    Object.keys(runs).forEach((quarter) => { running[quarter] = (running[quarter] || 0) + 1; });
  }

  function investment(basis, values) { // bn VND by capital source and year; projects running by number of quarter
    const running = {}, edges = basis.years.concat(basis.years[basis.years.length - 1] + 1);
    const until = basis.sources.map(() => edges.map(() => 0));
    kept(basis, values).forEach((item) => {
      edges.forEach((year, place) => { until[item.project.source][place] += spentBy(item, 4 * year); });
      count(item.phases, running);
    });
    return {
      spent: until.map((own) => own.slice(1).map((one, year) => one - own[year])),
      running
    };
  }

  function busiest(running) { // the quarter in which most projects run, the first of those
    return Object.keys(running).map(Number).sort((one, other) => running[other] - running[one] || one - other)[0];
  }

  // The timeline, as bnplan_lib/analysis/{timeline,precedence,chain}.py have it.

  const ALIKE = 1e-9; // share of an amount within which another is the same

  function timeline(basis, values) { // what runs and what it takes, from quarter `start` on; first and last of each item
    const since = quarterNumber(values["phasing.delay_from"]), projects = kept(basis, values), when = {};
    const running = { projects: {}, tasks: {} };
    projects.forEach((item) => {
      when[own(item.project)] = item.phases[0];
      count(item.phases, running.projects);
    });
    basis.tasks.forEach((task) => {
      const plan = { begin: quarterNumber(task.start), end: quarterNumber(task.end) + 1 };
      const time = movedTime(plan, plan.begin, since, held(values, task.names, "delay_quarters"), 1);
      when[own(task)] = { first: time.begin, last: time.end - 1 };
      count([when[own(task)]], running.tasks);
    });
    const all = Object.keys(running.projects).concat(Object.keys(running.tasks)).map(Number);
    const start = all.length ? Math.min.apply(null, all) : 0, quarters = [];
    for (let quarter = start; all.length && quarter <= Math.max.apply(null, all); quarter++) quarters.push(quarter);
    function counts(kind) { return quarters.map((one) => running[kind][one] || 0); }
    return {
      start, projects: counts("projects"), tasks: counts("tasks"), when,
      load: quarters.map((one) => total(projects.map((item) => spentBy(item, one + 1) - spentBy(item, one))))
    };
  }

  function own(item) { return item.names[item.names.length - 1]; }

  function peaks(now) { // the first quarter in which most runs, and the first with most money, undefined where there is none
    const runs = now.projects.map((one, place) => one + now.tasks[place]);
    const most = Math.max.apply(null, runs), dearest = Math.max.apply(null, now.load);
    return {
      runs: runs.length ? runs.indexOf(most) : undefined,
      load: dearest > 0 ? now.load.findIndex((one) => one >= dearest * (1 - ALIKE)) : undefined
    };
  }

  function waiting(basis, when) { // quarters between the items of each pair; the least slack on the way to the goal
    const dates = {}, ends = {};
    Object.keys(basis.goals).forEach((goal) => { dates[goal] = { last: quarterNumber(basis.goals[goal]) }; });
    basis.projects.filter((one) => one.phases[0].start && one.phases[0].end).concat(basis.tasks)
      .forEach((one) => { if (when[own(one)]) dates[own(one)] = when[own(one)]; });

    function latest(pair, end) { // end of the first so that the second ends in a quarter
      const after = dates[pair.after];
      return pair.link === "finish_start" && after.first !== undefined ? end - (after.last - after.first) - 1 : end;
    }

    function latestEnd(key) { // so that the goal is not late; undefined where it does not wait for the item
      if (key === basis.goal) return dates[key].last;
      if (!(key in ends)) {
        ends[key] = basis.pairs.reduce((least, pair) => {
          if (pair.before !== key || !dates[key]) return least;
          const end = latestEnd(pair.after), own = end === undefined ? end : latest(pair, end);
          return least === undefined ? own : own === undefined ? least : Math.min(least, own);
        }, undefined);
      }
      return ends[key];
    }

    const margins = Object.keys(dates).filter((key) => key !== basis.goal && latestEnd(key) !== undefined)
      .map((key) => latestEnd(key) - dates[key].last);
    return {
      slack: basis.pairs.map((pair) => {
        if (!dates[pair.before] || !dates[pair.after]) return null;
        return latest(pair, dates[pair.after].last) - dates[pair.before].last;
      }),
      margin: margins.length ? Math.min.apply(null, margins) : null
    };
  }

  // How numbers are said in the reader's language, as bnplan_lib/figures/language.py and amounts.py say them.

  function number(value, digits, lang) {
    if (!isFinite(value)) return "–";
    let size = Math.abs(value), rounded = size.toFixed(digits);
    if (size * Math.pow(2, digits + 1) % 2 === 1 && /[13579]$/.test(rounded)) { // half-way goes to the even digit
      rounded = (size - 0.5 / Math.pow(10, digits)).toFixed(digits);
    }
    const parts = rounded.split(".");
    const whole = parts[0].replace(/\B(?=(\d{3})+$)/g, lang === "vi" ? "." : ",");
    const said = whole + (parts[1] ? (lang === "vi" ? "," : ".") + parts[1] : "");
    return (value < 0 && /[1-9]/.test(said) ? "−" : "") + said;
  }

  function percent(share, digits, lang) {
    return isFinite(share) ? number(share * 100, digits, lang) + (lang === "vi" ? "\u00a0%" : "%") : "–";
  }

  function quarter(number, lang) {
    const year = Math.floor(number / 4), place = number % 4;
    return lang === "vi" ? "Quý\u00a0" + ["I", "II", "III", "IV"][place] + "/" + year : "Q" + (place + 1) + "\u00a0" + year;
  }

  function isMet(target, value) {
    return value >= (target.least === null ? -Infinity : target.least)
      && value <= (target.most === null ? Infinity : target.most);
  }

  function exact(target, value, lang) { // as many digits as keep the rounded figure on its side of the target
    if (!isFinite(value)) return "–";
    let scale = target.percent ? 100 : 1, digits = Math.abs(value) >= 1000 ? 0 : 2;
    while (digits < 5 && isMet(target, Number((value * scale).toFixed(digits)) / scale) !== isMet(target, value)) digits++;
    return target.percent ? percent(value, digits, lang) : number(value, digits, lang) + target.unit;
  }

  // A lever that differs by year is moved as a whole: its pattern over the years stays.

  function moved(value, isRate, mean) {
    if (!Array.isArray(value)) return mean;
    const count = value.length;
    const now = isRate
      ? (Math.exp(total(value.map((one) => Math.log1p(one / 100))) / count) - 1) * 100
      : total(value) / count;
    return value.map((one) => isRate ? (100 + one) * ((100 + mean) / (100 + now)) - 100 : one + (mean - now));
  }

  // What every form has: its levers, what was moved, the address, a way back and a scenario file.

  function fill(template, values) {
    return template.replace(/\{(\w+)\}/g, (whole, name) => name in values ? values[name] : whole);
  }

  function near(value, step) { return Number((Math.round(value / step) * step).toFixed(6)); }

  function pick(all, keys) {
    const own = {};
    keys.forEach((key) => { own[key] = all[key]; });
    return own;
  }

  function within(ends, text) { // is a text of an address a number between the ends?
    return ends && /^-?\d+(\.\d+)?(e-\d+)?$/.test(text) && text >= ends[0] && text <= ends[1];
  }

  function toml(value) {
    if (Array.isArray(value)) return "[" + value.map(toml).join(", ") + "]";
    if (typeof value !== "number") return JSON.stringify(value);
    return /[.e]/.test(String(value)) ? String(value) : value + ".0";
  }

  function place(input, value, lang) { // a slider, wide enough, and its value as a reader hears it
    input.min = Math.min(input.dataset.low, value);
    input.max = Math.max(input.dataset.high, value);
    input.value = value;
    const told = number(value, Number(input.dataset.digits), lang);
    input.setAttribute("aria-valuetext", told);
    input.nextElementSibling.textContent = told;
  }

  function figureOf(form) {
    const figure = form.querySelector("figure.chart"), caption = figure.querySelector("figcaption > :first-child");
    return {
      plot: figure.querySelector(".plot"),
      title(text) {
        caption.textContent = text;
        figure.setAttribute("aria-label", text + ". " + figure.querySelector("figcaption p").textContent);
        figure.querySelector(".scroll").setAttribute("aria-label", text);
      }
    };
  }

  // Traces alone are drawn while a hand moves a lever, on axes that stay as long as there is room; all of a figure
  // takes several times as long, and is drawn when the hand rests. `room` is what each axis must hold.
  function redraw(plot, traces, own, room, quick) {
    const holds = Object.keys(room).every((axis) => {
      const range = plot.layout[axis].range;
      return room[axis].every((value) => value >= range[0] && value <= range[1]);
    });
    if (quick && holds) {
      const data = plot.data.map((_, place) => own[traces.indexOf(place)] || {}); // a kind left out would vanish
      const still = { mode: "immediate", frame: { duration: 0, redraw: false }, transition: { duration: 0 } };
      window.Plotly.animate(plot, { data }, still).catch(() => {}); // the next move overtook it
      return;
    }
    const update = {}; // a trace that lacks what others change is told undefined, which leaves it
    own.forEach((trace) => {
      Object.keys(trace).forEach((name) => { update[name] = own.map((one) => one[name]); });
    });
    window.Plotly.restyle(plot, update, traces);
  }

  function inAddress(form) { // where a page keeps what was moved: behind the # of its address
    const own = "#" + form.id + "&";
    return {
      write(moved) {
        const told = Object.keys(moved).map((key) => key + "=" + moved[key]);
        history.replaceState(null, "", told.length ? own + told.join("&") : location.pathname + location.search);
      },
      read(put) {
        let told = location.hash;
        try { told = decodeURIComponent(told); } catch (error) { return; }
        if (told.indexOf(own) === 0) told.slice(own.length).split("&").forEach((one) => {
          const cut = one.indexOf("=");
          if (cut > 0 && cut < one.length - 1) put(one.slice(0, cut), one.slice(cut + 1));
        });
      },
      changed(follow) { // a heading's address leaves the setting as it is
        window.addEventListener("hashchange", () => { if (!location.hash || location.hash.indexOf(own) === 0) follow(); });
      }
    };
  }

  const REST = 150; // milliseconds without a move

  // `own` is what one form does: `moved` gives key and value of what differs from the scenario as its controls have it,
  // `values` all levers and `setting` the keys of those that differ, `put` sets one from text, `words` says what was
  // moved; `back`; `show`, quickly while a hand moves. `memory` is where the setting stays, as of `inAddress`.
  function frame(form, spec, memory, own) {
    let waiting = 0, resting = 0;

    function show(quick) {
      own.show(quick);
      form.querySelector(".moved-levers").textContent = own.words().join("; ") || spec.texts.nothing;
    }

    function remember() { memory.write(own.moved(), pick(own.values(), own.setting())); }

    function rest() {
      if (!form.isConnected) return; // its cell was run again meanwhile
      form.setAttribute("aria-busy", "false");
      show();
      remember();
    }

    function startAgain() {
      const told = [];
      own.back();
      stale();
      memory.read((key, text) => { told[key === spec.position ? "unshift" : "push"]([key, text]); }); // rates overrule it
      told.forEach((one) => own.put(...one));
      show();
    }

    function stale() { // what was copied is no longer what is set
      form.querySelector("textarea").hidden = true;
      form.querySelector(".copied").textContent = "";
    }

    function scenario() { // the setting as a scenario file: what the page's scenario moves, and what was moved here
      const values = own.values(), told = own.setting().concat(spec.kept), tables = {};
      Object.keys(values).filter((key) => told.indexOf(key) >= 0).forEach((key) => {
        const cut = key.lastIndexOf("."), table = key.slice(0, cut), lever = key.slice(cut + 1);
        const name = table.indexOf(".") > 0 ? table.replace(".", '."') + '"' : table;
        const isWhole = spec.levers && spec.levers[lever].whole;
        (tables[name] = tables[name] || []).push(lever + " = " + (isWhole ? values[key] : toml(values[key])));
      });
      const lines = Object.keys(tables).reduce((all, name) => all.concat("", "[" + name + "]", tables[name]), spec.head);
      return lines.join("\n") + "\n" + (spec.tail ? "\n" + spec.tail : "");
    }

    form.addEventListener("submit", (event) => { event.preventDefault(); });
    form.querySelector(".reset").addEventListener("click", () => { own.back(); stale(); show(); remember(); });
    form.querySelector(".copy").addEventListener("click", () => {
      let area = form.querySelector("textarea"), copied = false;
      area.value = scenario();
      area.hidden = false;
      area.select();
      try { copied = document.execCommand("copy"); } catch (error) { copied = false; }
      form.querySelector(".copied").textContent = copied ? spec.texts.copied : spec.texts.select;
    });
    memory.changed(startAgain);
    startAgain();
    form.classList.add("ready");
    return {
      changed() {
        cancelAnimationFrame(waiting);
        clearTimeout(resting);
        form.setAttribute("aria-busy", "true");
        stale();
        waiting = requestAnimationFrame(() => { show(true); });
        resting = setTimeout(rest, REST);
      }
    };
  }

  // The form of growth.

  function growthForm(form, spec, memory) {
    let inputs = {}, values = {}, changed = {}, lang = spec.lang, figure = figureOf(form);
    form.querySelectorAll("input[type=range]").forEach((input) => { inputs[input.name] = input; });

    function departs(key) { return Math.abs(changed[key] - spec.at_start[key]) > 1e-9; }

    function differs(key) { // a moved position would move the rates that nothing is said of
      return departs(key) || (key in changed && key in spec.ranges && departs(spec.position));
    }

    function told() { return Object.keys(changed).filter(differs); }

    function put(key, value) { // and what moves with it
      changed[key] = value;
      values[key] = moved(spec.values[key], inputs[key].dataset.rate === "1", value);
      place(inputs[key], value, lang);
      if (key === spec.position) {
        Object.keys(spec.ranges).forEach((rate) => {
          const ends = spec.ranges[rate], own = (ends[0] + value * (ends[1] - ends[0])) * 100;
          changed[rate] = values[rate] = Number(own.toFixed(6));
          place(inputs[rate], values[rate], lang);
        });
      } else if (spec.shares.indexOf(key) >= 0) {
        values[spec.rest] = 100 - total(spec.shares.map((one) => values[one]));
      }
    }

    function show(quick) {
      let now = economy(spec.basis, values).measures, inside = 0;
      spec.targets.forEach((target) => {
        const row = form.querySelector('tr[data-target="' + target.id + '"]'), value = now[target.measure];
        const met = isMet(target, value);
        compare(row.querySelector(".value"), exact(target, value, lang));
        row.querySelector(".met").textContent = (met ? "✓ " + spec.texts.met : "✗ " + spec.texts.not_met);
        row.classList.toggle("bad", !met);
      });
      const marks = spec.marks.map((mark) => {
        let value = now[mark.measure], standing = "none", said = percent(value, 2, lang);
        if (isFinite(value)) standing = value < mark.low ? "below" : value > mark.high ? "above" : "inside";
        if (standing === "inside") inside++;
        return { x: value * 100, text: said, told: fill(mark.hover, { average: said, standing: spec.texts[standing] }) };
      });
      function of(name) { return marks.map((mark) => mark[name]); }
      figure.title(fill(spec.texts.title, { inside: number(inside, 0, lang) }));
      const own = { x: of("x"), text: of("text"), customdata: of("told") };
      redraw(figure.plot, [spec.trace], [own], { xaxis: own.x.filter(isFinite) }, quick);
    }

    spec.targets.forEach((target) => {
      const row = form.querySelector('tr[data-target="' + target.id + '"]');
      row.querySelector(".before").textContent = exact(target, target.value === null ? NaN : target.value, lang);
    });
    const live = frame(form, spec, memory, {
      show,
      moved: () => pick(changed, told()),
      put(key, text) { if (within(spec.bounds[key], text)) put(key, Number(text)); },
      words() {
        return told().map((key) => inputs[key].dataset.title + ": " + inputs[key].getAttribute("aria-valuetext"));
      },
      back() {
        changed = {};
        values = Object.assign({}, spec.values);
        Object.keys(inputs).forEach((key) => { place(inputs[key], spec.at_start[key], lang); });
      },
      values: () => values,
      setting: () => Object.keys(values).filter((key) => differs(key) || (key === spec.rest && spec.shares.some(differs)))
    });
    form.addEventListener("input", (event) => {
      const input = inputs[event.target.name];
      if (!input) return;
      put(input.name, near(Number(input.value), Number(input.dataset.step)));
      live.changed();
    });
  }

  // Forms in which items are chosen and set: one, a class of them, or all. `tell` shows what follows.

  function itemForm(form, spec, memory, tell) {
    let lang = spec.lang, values = {}, chosen = form.elements.which, controls = {};
    const items = spec.basis.projects.concat(spec.basis.tasks || []);
    Object.keys(spec.levers).forEach((lever) => {
      if (form.elements[lever]) controls[lever] = form.elements[lever];
    });

    function wordsOf(item) { // a class is said with its kind: there are a sector and an asset of one name
      const option = chosen.querySelector('option[value="' + item + '"]'), text = option.textContent;
      return item.indexOf(":") > 0 ? text + " (" + option.parentNode.label.toLowerCase() + ")" : text;
    }

    function membersOf(item) { return items.filter((one) => one.names.indexOf(item) >= 0); }

    function has(item, lever) { return spec.values[item.split(".")[0] + ".*." + lever] !== undefined; }

    function valueOf(item, lever) { // what is set for a choice, or what it has from wider ones
      const names = membersOf(item)[0].names;
      return held(values, names.slice(0, names.indexOf(item) + 1), lever);
    }

    function narrower(item) { // what is set for less than the choice and so holds in spite of it
      const found = [];
      membersOf(item).forEach((one) => {
        one.names.slice(one.names.indexOf(item) + 1).forEach((name) => {
          const isSet = Object.keys(controls).some((lever) => values[name + "." + lever] !== undefined);
          if (isSet && found.indexOf(name) < 0) found.push(name);
        });
      });
      return found;
    }

    function put(item, lever, value) { // what is as from wider choices need not be set
      const key = item + "." + lever, names = membersOf(item)[0].names;
      const wider = held(values, names.slice(0, names.indexOf(item)), lever);
      if (spec.values[key] === undefined && wider === value) delete values[key];
      else values[key] = value;
    }

    function read(lever, text) { // a value from an address, undefined where it is none
      const ends = spec.levers[lever].range, value = Number(text);
      if (lever === "dropped") return text === "true" || (text === "false" ? false : undefined);
      if (!ends) return SPENT.hasOwnProperty(text) ? text : undefined;
      if (!within(ends, text)) return undefined;
      return spec.levers[lever].whole && value !== Math.round(value) ? undefined : value;
    }

    function said(lever, value) {
      if (lever === "dropped") return value ? spec.texts.yes : spec.texts.no;
      if (lever === "profile") return controls.profile.querySelector('option[value="' + value + '"]').textContent;
      const digits = value === Math.round(value) ? 0 : 2;
      return spec.levers[lever].percent ? percent(value / 100, digits, lang) : number(value, digits, lang);
    }

    function load() { // the controls as the choice has them
      Object.keys(controls).forEach((lever) => {
        const control = controls[lever];
        control.parentNode.hidden = !has(chosen.value, lever);
        if (control.parentNode.hidden) return;
        const value = valueOf(chosen.value, lever);
        if (lever === "dropped") control.checked = value;
        else if (lever === "profile") control.value = value;
        else {
          const isWhole = value === Math.round(value);
          control.step = isWhole ? 1 : "any";
          control.dataset.digits = isWhole ? 0 : 2;
          place(control, value, lang);
        }
      });
    }

    function movedKeys() {
      return Object.keys(values).filter((key) => values[key] !== spec.values[key]);
    }

    function split(key) { // projects.II.1.overrun: whose lever, and which
      const cut = key.lastIndexOf(".");
      return { item: key.slice(0, cut), lever: key.slice(cut + 1) };
    }

    function show(quick) {
      const others = narrower(chosen.value).map(wordsOf);
      tell(values, quick);
      form.querySelector(".reach").textContent = chosen.selectedOptions[0].dataset.reach;
      form.querySelector(".narrower").textContent = others.length
        ? fill(spec.texts.narrower, { names: others.slice(0, 6).join("; ") + (others.length > 6 ? "; …" : "") }) : "";
    }

    const live = frame(form, spec, memory, {
      show,
      moved: () => pick(values, movedKeys()),
      put(key, text) {
        const own = split(key);
        if (!controls[own.lever] || !membersOf(own.item).length || !has(own.item, own.lever)) return;
        const value = read(own.lever, text);
        if (value === undefined) return;
        values[key] = value;
        chosen.value = own.item;
        load();
      },
      words() {
        const told = {};
        movedKeys().forEach((key) => {
          const own = split(key), text = spec.levers[own.lever].title + ": " + said(own.lever, values[key]);
          (told[own.item] = told[own.item] || []).push(text);
        });
        return Object.keys(told).map((item) => wordsOf(item) + " – " + told[item].join(", "));
      },
      back() {
        values = Object.assign({}, spec.values);
        load();
      },
      values: () => values,
      setting: movedKeys
    });
    form.addEventListener("input", (event) => {
      const lever = event.target.name, control = controls[lever];
      if(control) {
        put(chosen.value, lever, lever === "dropped" ? control.checked
          : lever === "profile" ? control.value : near(Number(control.value), 1));
      } else if (event.target !== chosen) return;
      load();
      live.changed();
    });
  }

  function compare(cell, text) { // what a cell says now, bold where the cell before it says another thing
    const before = cell.parentNode.querySelector(".before");
    cell.textContent = text;
    cell.classList.toggle("moved", before !== null && before.textContent !== text);
  }

  function investmentForm(form, spec, memory) {
    const lang = spec.lang, figure = figureOf(form), years = spec.basis.years.length;

    function sums(spent) { // the rows of the table, the years and then all of them
      const listed = spec.envelope.map((_, year) => total(spent.map((own) => own[year])));
      const rows = {};
      spec.sources.forEach((source, place) => { rows[source.code] = spent[place]; });
      rows.listed = listed;
      rows.rest = spec.envelope.map((one, year) => one - listed[year]);
      Object.keys(rows).forEach((name) => { rows[name] = rows[name].concat(total(rows[name])); });
      const whole = spec.envelope.concat(total(spec.envelope));
      rows.share = rows.listed.map((one, year) => one / whole[year]);
      return rows;
    }

    function tell(rows, column) {
      Object.keys(rows).forEach((name) => {
        const cells = form.querySelectorAll('tr[data-row="' + name + '"].' + column + " td");
        rows[name].forEach((value, place) => {
          cells[place].textContent = name === "share" ? percent(value, 1, lang) : number(value, 0, lang);
          if (column === "value") {
            const before = form.querySelectorAll('tr[data-row="' + name + '"].before td')[place];
            cells[place].classList.toggle("moved", cells[place].textContent !== before.textContent);
          }
        });
      });
    }

    function peak(running) {
      const most = busiest(running);
      if (most === undefined) return "–";
      return fill(spec.texts.peak, { count: number(running[most], 0, lang), quarter: quarter(most, lang) });
    }

    function draw(rows, quick) {
      const over = spec.basis.years.filter((_, year) => rows.share[year] > spec.limit);
      const which = over.length === years ? "all" : over.length ? "some" : "none";
      figure.title(fill(spec.texts[which], { years: over.join(", ") }));
      const listed = rows.listed.slice(0, years), bars = spec.sources.map((source) => {
        const amounts = rows[source.code].slice(0, years);
        return {
          y: amounts.map((one) => one / 1000),
          customdata: amounts.map((one, year) => {
            return source.name + ", " + spec.basis.years[year] + ": " + number(one, 0, lang) + "\u00a0" + spec.texts.unit;
          })
        };
      });
      const labels = {
        y: listed.map((one) => one / 2000),
        text: rows.share.slice(0, years).map((one) => "<b>" + percent(one, 0, lang) + "</b>")
      };
      redraw(figure.plot, spec.bars.concat(spec.labels), bars.concat(labels), { yaxis: listed.map((one) => one / 1000) }, quick);
    }

    const before = investment(spec.basis, spec.values);
    tell(sums(before.spent), "before");
    form.querySelector(".peak .before").textContent = peak(before.running);
    itemForm(form, spec, memory, (values, quick) => {
      const now = investment(spec.basis, values), rows = sums(now.spent);
      tell(rows, "value");
      draw(rows, quick);
      form.querySelector(".peak .value").textContent = peak(now.running);
    });
  }

  function timelineForm(form, spec, memory) {
    const lang = spec.lang, figure = figureOf(form), printed = timeline(spec.basis, spec.printed);
    const before = timeline(spec.basis, spec.values), slackBefore = waiting(spec.basis, before.when);

    function whole(value) { return value === null ? "–" : number(value, 0, lang); }

    function money(value) { return number(value, 0, lang) + "\u00a0" + spec.texts.unit; }

    function late(slack) { return slack.filter((one) => one !== null && one < 0).length; }

    function facts(now, found) { // the rows of the first table
      const top = peaks(now), told = { runs: "–", load: "–", late: whole(late(found.slack)), margin: whole(found.margin) };
      if (top.runs !== undefined) told.runs = fill(spec.texts.runs, {
        quarter: quarter(now.start + top.runs, lang), projects: whole(now.projects[top.runs]), tasks: whole(now.tasks[top.runs])
      });
      if (top.load !== undefined) told.load = fill(spec.texts.load, {
        quarter: quarter(now.start + top.load, lang), amount: money(now.load[top.load])
      });
      return told;
    }

    function tell(now, found) {
      const told = facts(now, found), then = facts(before, slackBefore);
      Object.keys(told).forEach((name) => {
        const row = form.querySelector('tr[data-row="' + name + '"]');
        if (!row) return; // there is no goal
        row.querySelector(".before").textContent = then[name];
        compare(row.querySelector(".value"), told[name]);
      });
      form.querySelectorAll("tr[data-pair]").forEach((row, place) => {
        const one = slackBefore.slack[place], other = found.slack[place];
        row.querySelector(".before").textContent = whole(one);
        compare(row.querySelector(".value"), whole(other));
        row.classList.toggle("bad", other !== null && other < 0);
        row.hidden = one === other && !(other < 0);
      });
    }

    function shown(now) { // the places of the quarters that the axis has room for
      return now.load.map((_, place) => place).filter((place) => Math.floor((now.start + place) / 4) <= spec.last);
    }

    function draw(now, quick) {
      const places = shown(now), then = shown(printed), isMoved = JSON.stringify(now) !== JSON.stringify(printed);
      function at(one, of) { return of.map((place) => (one.start + place + 0.5) / 4); }
      function pick(list, of, scale) { return of.map((place) => list[place] / (scale || 1)); }
      function hover(name, list, says) {
        return places.map((place) => quarter(now.start + place, lang) + "<br>" + (name ? name + ": " : "") + says(list[place]));
      }
      const x = at(now, places), bars = [
        { x, y: pick(now.projects, places), customdata: hover(spec.texts.projects, now.projects, whole) },
        { x, y: pick(now.tasks, places), customdata: hover(spec.texts.tasks, now.tasks, whole) },
        { x, y: pick(now.load, places, 1000), customdata: hover("", now.load, money) }
      ];
      const runs = printed.projects.map((one, place) => one + printed.tasks[place]);
      const lines = [[runs, 1], [printed.load, 1000]].map((one, place) => ({
        x: isMoved ? at(printed, then) : [], y: isMoved ? pick(one[0], then, one[1]) : [], showlegend: isMoved && !place
      }));
      const top = peaks(now).runs;
      figure.title(top === undefined ? spec.texts.nothing_runs : fill(spec.texts.title, {
        quarter: quarter(now.start + top, lang), projects: whole(now.projects[top]), tasks: whole(now.tasks[top])
      }));
      redraw(figure.plot, spec.traces, bars.concat(lines), {
        xaxis: x, yaxis: bars[0].y.map((one, place) => one + bars[1].y[place]), yaxis2: bars[2].y
      }, quick);
    }

    itemForm(form, spec, memory, (values, quick) => {
      const now = timeline(spec.basis, values);
      tell(now, waiting(spec.basis, now.when));
      draw(now, quick);
    });
  }

  function mount(form, memory) {
    const spec = JSON.parse(form.querySelector('script[type="application/json"]').textContent);
    const forms = { growth: growthForm, investment: investmentForm, timeline: timelineForm };
    forms[spec.form](form, spec, memory || inAddress(form));
  }

  return {
    economy, investment, timeline, waiting, peaks, busiest,
    exact, number, percent, quarter, mount
  };
})();
