"""Every kind of wrong scenario file is refused with its own message, one a fault, and exit code 2."""

import json
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnplan_lib import cli
from bnplan_lib.errors import ScenarioError
from bnplan_lib.inputs.scenario import read_scenario
from bnplan_lib.inputs.scenario_text import CHANCE, LARGEST_FILE, SECTIONS

HEAD = 'title_en = "a"\ntitle_vi = "b"\nwhy = "c"\n'
NUMBER = "must be a number such as 10.5, found"
BOUNDS = "must lie between -90 and 100 (percent per year), found"
TEXT = "must be one line of text, found"
MARKUP = "must not hold markup, found"
HIDDEN = "must not hold control or invisible characters such as"
INDUSTRY = '[uncertainty."growth.industry"]\n'
SERVICES = '[uncertainty."growth.services"]\ndistribution = "uniform"\nlow = 5\nhigh = 8\n'
CONSTRUCTION = '[uncertainty."growth.construction"]\ndistribution = "uniform"\nlow = 5\nhigh = 8\n'
EVEN = INDUSTRY + 'distribution = "uniform"\nlow = 10\nhigh = 13\n'
CORRELATION = EVEN + SERVICES + CONSTRUCTION + '[correlation."growth.industry"]\n'
AT = "own.toml:uncertainty.growth.industry"
WITH = "own.toml:correlation.growth.industry"

# name: what stands below the titles, then every message without its list of what there is
BODIES = {
    # keys
    "unknown section": (
        "[grwoth]\nindustry = 1",
        "own.toml:grwoth: unknown key; nearest: growth, found {'industry': 1}",
    ),
    "unknown key": ("note = 'x'", "own.toml:note: unknown key, found 'x'"),
    "unknown lever": (
        "[growth]\nindustri = 12",
        "own.toml:growth.industri: unknown lever; nearest: growth.industry, found 12",
    ),
    "lever in another section": (
        "[macro]\nindustry = 12",
        "own.toml:macro.industry: unknown lever; nearest: growth.industry, found 12",
    ),
    "lever at the top": ("industry = 12", "own.toml:industry: unknown key, found 12"),
    "section as number": ("growth = 12", "own.toml:growth: must be a table of levers, found 12"),
    "section as list of tables": (
        "[[growth]]\nindustry = 12",
        "own.toml:growth: must be a table of levers, found [{'industry': 12}]",
    ),
    "key that steers the terminal": (
        '"\\u001b[2J\\n" = 1',
        "own.toml:\\x1b[2J\\n: unknown key, found 1",
    ),
    "lever with a reversing mark": (
        '[growth]\n"\\u202eindustry" = 1',
        "own.toml:growth.\\u202eindustry: unknown lever; nearest: growth.industry, found 1",
    ),
    "very long key": (f"{'x' * 500} = 1", f"own.toml:{'x' * 110}…: unknown key, found 1"),
    # numbers
    "number as text": ("[growth]\nindustry = '12'", f"own.toml:growth.industry: {NUMBER} '12'"),
    "decimal comma in a text": ("[growth]\nindustry = '10,5'", f"own.toml:growth.industry: {NUMBER} '10,5'"),
    "percent sign in a text": ("[growth]\nindustry = '10.5%'", f"own.toml:growth.industry: {NUMBER} '10.5%'"),
    "blank number": ("[growth]\nindustry = ''", f"own.toml:growth.industry: {NUMBER} ''"),
    "boolean for a number": ("[growth]\nindustry = true", f"own.toml:growth.industry: {NUMBER} true"),
    "date for a number": ("[growth]\nindustry = 2030-01-01", f"own.toml:growth.industry: {NUMBER} 2030-01-01"),
    "time for a number": ("[growth]\nindustry = 10:30:00", f"own.toml:growth.industry: {NUMBER} 10:30:00"),
    "table for a number": ("[growth.industry]\nvalue = 1", f"own.toml:growth.industry: {NUMBER} {{'value': 1}}"),
    "nan": ("[growth]\nindustry = nan", f"own.toml:growth.industry: {BOUNDS} nan"),
    "inf": ("[growth]\nindustry = inf", f"own.toml:growth.industry: {BOUNDS} inf"),
    "minus inf": ("[growth]\nindustry = -inf", f"own.toml:growth.industry: {BOUNDS} -inf"),
    "overflowing float": ("[growth]\nindustry = 1e999", f"own.toml:growth.industry: {BOUNDS} inf"),
    "below the bounds": ("[growth]\nindustry = -90.01", f"own.toml:growth.industry: {BOUNDS} -90.01"),
    "above the bounds": ("[growth]\nindustry = 100.01", f"own.toml:growth.industry: {BOUNDS} 100.01"),
    "position above one": (
        "[targets]\nposition = 50",
        "own.toml:targets.position: must lie between 0 and 1 (share), found 50",
    ),
    "GRDP of nothing": (
        "[base_year]\ngrdp_bn_vnd = 0",
        "own.toml:base_year.grdp_bn_vnd: must lie between 1 and 1e+07 (bn vnd), found 0",
    ),
    "huge decimal integer": (
        f"[growth]\nindustry = {'9' * 400}",
        "own.toml:growth.industry: must be a number of at most 63 bits, found one of 1329",
    ),
    "huge hexadecimal integer": (
        f"[growth]\nindustry = 0x{'f' * 5000}",
        "own.toml:growth.industry: must be a number of at most 63 bits, found one of 20000",
    ),
    "integer of too many digits": (
        f"[growth]\nindustry = {'9' * 5000}",
        "own.toml: must hold no number of more than 4,300 digits",
    ),
    # lists
    "six yearly rates": (
        "[growth]\nindustry = [1, 2, 3, 4, 5, 6]",
        "own.toml:growth.industry: must be one number or 5, one a year, found [1, 2, 3, 4, 5, 6]",
    ),
    "four yearly rates": (
        "[growth]\nindustry = [1, 2, 3, 4]",
        "own.toml:growth.industry: must be one number or 5, one a year, found [1, 2, 3, 4]",
    ),
    "empty list": (
        "[growth]\nindustry = []",
        "own.toml:growth.industry: must be one number or 5, one a year, found []",
    ),
    "list for one number": (
        "[growth]\ntilt = [1, 2, 3, 4, 5]",
        "own.toml:growth.tilt: must be one number, found [1, 2, 3, 4, 5]",
    ),
    "nested list": (
        "[growth]\nindustry = [[1, 2, 3, 4, 5], 2, 3, 4, 5]",
        f"own.toml:growth.industry: {NUMBER} [[1, 2, 3, 4, 5], 2, 3, 4, 5]",
    ),
    "text in a list": (
        "[growth]\nindustry = [1, 2, 3, 4, 'x']",
        f"own.toml:growth.industry: {NUMBER} [1, 2, 3, 4, 'x']",
    ),
    "rates out of bounds in a list": (
        "[growth]\nindustry = [101, 2, 3, 4, 102]",
        f"own.toml:growth.industry: {BOUNDS} [101, 2, 3, 4, 102]",
    ),
    # shares, quarters, projects
    "shares that do not add up": (
        "[base_year]\nshare_services = 25",
        "own.toml:base_year.share_*: the four base-year shares must add up to 100, found 6.3 + 71.3 + 25 + 2.9 = 105.5",
    ),
    "one share of four mistyped": (
        "[base_year]\nshare_agriculture = 5\nshare_services = '20,8'",
        f"own.toml:base_year.share_services: {NUMBER} '20,8'",
    ),
    "year for a quarter": (
        "[phasing]\nopen_end = 2030",
        "own.toml:phasing.open_end: must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4, found 2030",
    ),
    "fifth quarter": (
        "[phasing]\nopen_end = '2030Q5'",
        "own.toml:phasing.open_end: must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4, found '2030Q5'",
    ),
    "quarter of another century": (
        "[phasing]\nopen_end = '9999Q4'",
        "own.toml:phasing.open_end: must be a quarter such as 2026Q1, from 2000Q1 to 2100Q4, found '9999Q4'",
    ),
    "delay not whole": (
        '[projects."II.1"]\ndelay_quarters = 1.5',
        "own.toml:projects.II.1.delay_quarters: must be a whole number, found 1.5",
    ),
    "delay too long": (
        '[projects."II.1"]\ndelay_quarters = 81',
        "own.toml:projects.II.1.delay_quarters: must lie between -40 and 80 (quarters), found 81",
    ),
    "delay of every year": (
        '[projects."II.1"]\ndelay_quarters = [1, 2, 3, 4, 5]',
        "own.toml:projects.II.1.delay_quarters: must be one number, found [1, 2, 3, 4, 5]",
    ),
    "number for yes or no": (
        '[projects."II.1"]\ndropped = 1',
        "own.toml:projects.II.1.dropped: must be true or false, found 1",
    ),
    "unknown lever of a project": (
        '[projects."II.1"]\ndelay = 1',
        "own.toml:projects.II.1.delay: unknown lever; nearest: projects.*.delay_quarters, found 1",
    ),
    "two levers of an unknown project": (
        '[projects."I.99"]\noverrun = 10\ndropped = true',
        "own.toml:projects.I.99: no such project; nearest: I.9, found {'overrun': 10, 'dropped': True}",
    ),
    "unknown project without a lever": (
        '[projects."I.99"]',
        "own.toml:projects.I.99: no such project; nearest: I.9, found {}",
    ),
    "project without quotes": (
        "[projects.II.1]\ndelay_quarters = 8",
        "own.toml:projects.II: quote the id of the project: [projects.\"II.1\"], found {'1': {'delay_quarters': 8}}",
    ),
    "project and lever in one key": (
        '[projects]\n"II.1.delay_quarters" = 8',
        'own.toml:projects.II.1.delay_quarters: must be a table of levers, such as [projects."II.1"], found 8',
    ),
    # tasks
    "unknown task": (
        '[tasks."II.77"]\ndelay_quarters = 4',
        "own.toml:tasks.II.77: no such task; nearest: II.7, found {'delay_quarters': 4}",
    ),
    "unknown group of tasks": (
        '[tasks."group:VI"]\ndelay_quarters = 4',
        "own.toml:tasks.group:VI: no task is of this class; nearest: group:I, found {'delay_quarters': 4}",
    ),
    "class of projects for tasks": (
        '[tasks."sector:airport"]\ndelay_quarters = 4',
        "own.toml:tasks.sector:airport: no such task, found {'delay_quarters': 4}",
    ),
    "class of tasks for projects": (
        '[projects."group:II"]\ndelay_quarters = 4',
        "own.toml:projects.group:II: no such project, found {'delay_quarters': 4}",
    ),
    "task without quotes": (
        "[tasks.II.7]\ndelay_quarters = 4",
        "own.toml:tasks.II: quote the id of the task: [tasks.\"II.7\"], found {'7': {'delay_quarters': 4}}",
    ),
    "task and lever in one key": (
        '[tasks]\n"II.7.delay_quarters" = 4',
        'own.toml:tasks.II.7.delay_quarters: must be a table of levers, such as [tasks."II.1"], found 4',
    ),
    "tasks as number": ("tasks = 4", "own.toml:tasks: must be a table of levers, found 4"),
    "misspelt section of tasks": (
        '[taks."II.7"]\ndelay_quarters = 4',
        "own.toml:taks: unknown key; nearest: tasks, found {'II.7': {'delay_quarters': 4}}",
    ),
    "misspelt lever of a task": (
        '[tasks."II.7"]\ndelay_quarter = 4',
        "own.toml:tasks.II.7.delay_quarter: unknown lever; nearest: tasks.*.delay_quarters, found 4",
    ),
    "lever of projects for a task": (
        '[tasks."II.7"]\noverrun = 4',
        "own.toml:tasks.II.7.overrun: unknown lever; nearest: projects.*.overrun, found 4",
    ),
    "delay of a task not whole": (
        '[tasks."II.7"]\ndelay_quarters = 1.5',
        "own.toml:tasks.II.7.delay_quarters: must be a whole number, found 1.5",
    ),
    "delay of a task as text": (
        '[tasks."II.7"]\ndelay_quarters = "4"',
        "own.toml:tasks.II.7.delay_quarters: must be a whole number, found '4'",
    ),
    "delay of a task as yes or no": (
        '[tasks."II.7"]\ndelay_quarters = true',
        "own.toml:tasks.II.7.delay_quarters: must be a whole number, found true",
    ),
    "delay of a task too long": (
        '[tasks."*"]\ndelay_quarters = 81',
        "own.toml:tasks.*.delay_quarters: must lie between -40 and 80 (quarters), found 81",
    ),
    "delay of a task too early": (
        '[tasks."group:II"]\ndelay_quarters = -41',
        "own.toml:tasks.group:II.delay_quarters: must lie between -40 and 80 (quarters), found -41",
    ),
    "delay of a task for every year": (
        '[tasks."II.7"]\ndelay_quarters = [1, 2, 3, 4, 5]',
        "own.toml:tasks.II.7.delay_quarters: must be one number, found [1, 2, 3, 4, 5]",
    ),
    "distribution of tasks": (
        '[uncertainty."tasks.*.delay_quarters"]\ndistribution = "uniform"\nlow = 0\nhigh = 4',
        "own.toml:uncertainty.tasks.*.delay_quarters: no lever that may carry a distribution",
    ),
    "distribution of one task": (
        '[uncertainty."tasks.II.7.delay_quarters"]\ndistribution = "uniform"\nlow = 0\nhigh = 4',
        "own.toml:uncertainty.tasks.II.7.delay_quarters: no lever that may carry a distribution",
    ),
    "distribution of tasks without quotes": (
        '[uncertainty.tasks."II.7"]\ndistribution = "uniform"\nlow = 0\nhigh = 4',
        'own.toml:uncertainty.tasks: quote the whole key of the lever, such as "growth.industry"',
    ),
    "correlation with tasks": (
        CORRELATION + '"tasks.*.delay_quarters" = 0.5',
        f"{WITH}.tasks.*.delay_quarters: no lever that may carry a distribution",
    ),
    # bases
    "unknown base": ("base = 'xyz'", "own.toml:base: no scenario 'xyz'"),
    "base nearly named": ("base = 'hihg'", "own.toml:base: no scenario 'hihg'; nearest: high"),
    "base not there": ("base = './gone.toml'", "own.toml:base: no scenario './gone.toml'"),
    "base not a text": ("base = 5", f"own.toml:base: {TEXT} 5"),
    "blank base": ("base = ' '", "own.toml:base: must not be blank, found ' '"),
    "base with a NUL": ('base = "a\\u0000b.toml"', f"own.toml:base: {HIDDEN} U+0000, found 'a\\x00b.toml'"),
    "base that is a folder": ("base = '..'", "own.toml:base: no scenario '..'"),
    "base on itself": (
        "base = './own.toml'",
        "own.toml:base: must not lead back to itself, found own.toml -> own.toml",
    ),
    # TOML
    "bare decimal comma": (
        "[growth]\nindustry = 10,5",
        "own.toml:5: must be TOML: expected newline or end of document after a statement"
        "; a number is written 10.5, without a unit, found 'industry = 10,5'",
    ),
    "bare percent sign": (
        "[growth]\nindustry = 12 %",
        "own.toml:5: must be TOML: expected newline or end of document after a statement"
        "; a number is written 10.5, without a unit, found 'industry = 12 %'",
    ),
    "duplicate key": (
        "[growth]\nindustry = 1\nindustry = 2",
        "own.toml:6: must be TOML: cannot overwrite a value, found 'industry = 2'",
    ),
    "duplicate table": (
        "[growth]\n[macro]\n[growth]",
        "own.toml:6: must be TOML: cannot declare ('growth',) twice, found '[growth]'",
    ),
    "table not closed": (
        "[growth\nindustry = 1",
        "own.toml:4: must be TOML: expected ']' at the end of a table declaration, found '[growth'",
    ),
    "no value": ("[growth]\nindustry =\n", "own.toml:5: must be TOML: invalid value, found 'industry ='"),
    "no value at the end": ("[growth]\nindustry =", "own.toml:5: must be TOML: invalid value, found 'industry ='"),
    "no equals sign": (
        "[growth]\nindustry 12",
        "own.toml:5: must be TOML: expected '=' after a key in a key/value pair, found 'industry 12'",
    ),
    "text not closed": ("base = 'middle", 'own.toml:4: must be TOML: expected "\'", found "base = \'middle"'),
    "True as Python has it": (
        "[growth]\nindustry = True",
        "own.toml:5: must be TOML: invalid value, found 'industry = True'",
    ),
    "date that is none": (
        "[growth]\nindustry = 2030-02-30",
        "own.toml:5: must be TOML: invalid date or datetime, found 'industry = 2030-02-30'",
    ),
    "NUL byte": (
        "[growth]\nindustry = 1\0",
        "own.toml:5: must be TOML: expected newline or end of document after a statement, found 'industry = 1\\x00'",
    ),
    "lists in lists": (
        f"note = {'[' * 50}{']' * 50}",
        "own.toml:note.0.0.0.0.0.0: must not nest tables or lists deeper than 6",
    ),
    "lists past any stack": (
        f"note = {'[' * 9999}{']' * 9999}",
        "own.toml: must not nest tables or lists deeper than 6",
    ),
    "tables past any stack": (
        f"note{'.a' * 5000} = 1",
        "own.toml:note.a.a.a.a.a.a: must not nest tables or lists deeper than 6",
    ),
    # distributions
    "uncertainty not a table": ("uncertainty = 5", "own.toml:uncertainty: must be a table of levers, found 5"),
    "uncertainty of an unknown lever": (
        EVEN.replace("industry", "industri"),
        "own.toml:uncertainty.growth.industri: unknown lever; nearest: growth.industry",
    ),
    "uncertain quarter": (
        EVEN.replace("growth.industry", "phasing.open_end"),
        "own.toml:uncertainty.phasing.open_end: no lever that may carry a distribution",
    ),
    "uncertain share": (
        EVEN.replace("growth.industry", "base_year.share_services"),
        "own.toml:uncertainty.base_year.share_services: no lever that may carry a distribution"
        "; nearest: base_year.grdp_bn_vnd",
    ),
    "uncertain drop of a project": (
        EVEN.replace("growth.industry", "projects.II.1.dropped"),
        "own.toml:uncertainty.projects.II.1.dropped: no lever that may carry a distribution",
    ),
    "uncertain project that is none": (
        EVEN.replace("growth.industry", "projects.II.9.overrun"),
        "own.toml:uncertainty.projects.II.9.overrun: no such project; nearest: III.9",
    ),
    "uncertain class that is none": (
        EVEN.replace("growth.industry", "projects.sector:airports.overrun"),
        "own.toml:uncertainty.projects.sector:airports.overrun: no project is of this class; nearest: sector:airport",
    ),
    "correlated projects": (
        EVEN.replace("growth.industry", "projects.II.1.overrun")
        + SERVICES
        + '[correlation."growth.services"]\n"projects.II.1.overrun" = 0.5',
        "own.toml:correlation.growth.services.projects.II.1.overrun: no lever that may carry a distribution",
    ),
    "project drawn out of its bounds": (
        EVEN.replace("growth.industry", "projects.II.1.overrun") + "added = true\n[projects.'II.1']\noverrun = 495",
        "own:uncertainty.projects.II.1.overrun: must stay between -90 and 500, found 505 to 508",
    ),
    "unknown profile": (
        "[projects.'*']\nprofile = 'linear'",
        "own.toml:projects.*.profile: must be one of uniform, front, back, s_curve, found 'linear'",
    ),
    "lever of a class that is none": (
        "[projects.'sector:aiport']\noverrun = 5",
        "own.toml:projects.sector:aiport: no project is of this class; nearest: sector:airport, found {'overrun': 5}",
    ),
    "source with markup": (
        EVEN + "source = '<b>'",
        AT + ".source: must not hold markup, found '<b>'",
    ),
    "uncertain lever without quotes": (
        EVEN.replace('"growth.industry"', "growth.industry"),
        'own.toml:uncertainty.growth: quote the whole key of the lever, such as "growth.industry"',
    ),
    "distribution not a table": (
        '[uncertainty]\n"growth.industry" = 5',
        f"{AT}: must be a table with its distribution, found 5",
    ),
    "no distribution": (
        INDUSTRY,
        f"{AT}.distribution: must be one of triangular, pert, normal, uniform, discrete, found nothing",
    ),
    "unknown distribution": (
        INDUSTRY + "distribution = 'gamma'",
        f"{AT}.distribution: must be one of triangular, pert, normal, uniform, discrete, found 'gamma'",
    ),
    "distribution as a list": (
        INDUSTRY + "distribution = ['uniform']",
        f"{AT}.distribution: must be one of triangular, pert, normal, uniform, discrete, found ['uniform']",
    ),
    "number missing": (
        INDUSTRY + "distribution = 'triangular'\nlow = 10\nhigh = 13",
        f"{AT}.mode: {NUMBER} nothing",
    ),
    "two numbers missing": (
        INDUSTRY + "distribution = 'normal'",
        f"{AT}.mean: {NUMBER} nothing",
        f"{AT}.sd: {NUMBER} nothing",
    ),
    "number misspelt": (
        INDUSTRY + "distribution = 'uniform'\nlo = 10\nhigh = 13",
        f"{AT}.lo: unknown key; nearest: low, found 10",
    ),
    "unknown key of a distribution": (EVEN + "mode = 11", f"{AT}.mode: unknown key, found 11"),
    "unprintable key of a distribution": (EVEN + '"\\u001b" = 1', f"{AT}.\\x1b: unknown key, found 1"),
    "number of a distribution as text": (
        INDUSTRY + "distribution = 'uniform'\nlow = '10,5'\nhigh = 13",
        f"{AT}.low: {NUMBER} '10,5'",
    ),
    "nan in a distribution": (INDUSTRY + "distribution = 'uniform'\nlow = nan\nhigh = 13", f"{AT}.low: {NUMBER} nan"),
    "boolean in a distribution": (
        INDUSTRY + "distribution = 'uniform'\nlow = false\nhigh = 13",
        f"{AT}.low: {NUMBER} false",
    ),
    "low above mode": (
        INDUSTRY + "distribution = 'triangular'\nlow = 12\nmode = 11\nhigh = 13",
        f"{AT}: must rise: low, mode, high, found 12, 11, 13",
    ),
    "low equal to high": (
        INDUSTRY + "distribution = 'pert'\nlow = 12\nmode = 12\nhigh = 12",
        f"{AT}: must rise: low, mode, high, found 12, 12, 12",
    ),
    "sd of nothing": (
        INDUSTRY + "distribution = 'normal'\nmean = 12\nsd = 0",
        f"{AT}.sd: must be above 0 and at most 190, found 0",
    ),
    "negative sd": (
        INDUSTRY + "distribution = 'normal'\nmean = 12\nsd = -1.5",
        f"{AT}.sd: must be above 0 and at most 190, found -1.5",
    ),
    "sd wider than the bounds": (
        INDUSTRY + "distribution = 'normal'\nmean = 12\nsd = 1e300",
        f"{AT}.sd: must be above 0 and at most 190, found 1e+300",
    ),
    "mean outside the bounds": (
        INDUSTRY + "distribution = 'normal'\nmean = 120\nsd = 1",
        f"{AT}: must lie between -90 and 100, found 120",
    ),
    "distribution outside the bounds": (
        INDUSTRY + "distribution = 'uniform'\nlow = -91\nhigh = 101",
        f"{AT}: must lie between -90 and 100, found -91, 101",
    ),
    "weights of another length": (
        INDUSTRY + "distribution = 'discrete'\nvalues = [10, 12]\nweights = [1, 2, 3]",
        f"{AT}.weights: must be as many as the values, 2, found 3",
    ),
    "negative weights": (
        INDUSTRY + "distribution = 'discrete'\nvalues = [10, 12]\nweights = [-1, 2]",
        f"{AT}.weights: must not be negative, and add up to a number above 0, found [-1, 2]",
    ),
    "weights of nothing": (
        INDUSTRY + "distribution = 'discrete'\nvalues = [10, 12]\nweights = [0, 0]",
        f"{AT}.weights: must not be negative, and add up to a number above 0, found [0, 0]",
    ),
    "weights without a sum": (
        INDUSTRY + "distribution = 'discrete'\nvalues = [10, 12]\nweights = [1e308, 1e308]",
        f"{AT}.weights: must not be negative, and add up to a number above 0, found [1e+308, 1e+308]",
    ),
    "one value for a list": (
        INDUSTRY + "distribution = 'discrete'\nvalues = 10\nweights = []",
        f"{AT}.values: must be a list of numbers, found 10",
        f"{AT}.weights: must be a list of numbers, found []",
    ),
    "value outside the bounds": (
        INDUSTRY + "distribution = 'discrete'\nvalues = [10, 120]\nweights = [1, 1]",
        f"{AT}: must lie between -90 and 100, found 120",
    ),
    "added not boolean": (EVEN + "added = 'yes'", f"{AT}.added: must be true or false, found 'yes'"),
    "added past the bounds": (
        "[growth]\nindustry = [95, 94, 93, 92, 91]\n" + EVEN + "added = true",
        f"{AT}: must stay between -90 and 100, found 101 to 108",
    ),
    "added wider than the bounds": (
        EVEN.replace("13", "191") + "added = true",
        f"{AT}: must lie between -190 and 190, found 191",
    ),
    "normal added past the bounds": (
        "[growth]\nindustry = 95\n" + INDUSTRY + "distribution = 'normal'\nmean = 6\nsd = 1\nadded = true",
        f"{AT}: must stay between -90 and 100, found 101 to 101",
    ),
    "one distribution over yearly values": (
        "[growth]\nindustry = [1, 2, 3, 4, 5]\n" + EVEN,
        f"{AT}: the lever has a value for each year: set added = true",
    ),
    # correlations
    "correlation not a table": ("correlation = [1]", "own.toml:correlation: must be a table of levers, found [1]"),
    "correlation of one lever": (
        EVEN + '[correlation]\n"growth.industry" = 0.5',
        f"{WITH}: must be a table of the levers it goes with, found 0.5",
    ),
    "correlation above one": (
        CORRELATION + '"growth.services" = 1.01',
        f"{WITH}.growth.services: must be a number from -1 to 1, found 1.01",
    ),
    "correlation as text": (
        CORRELATION + '"growth.services" = "0,5"',
        f"{WITH}.growth.services: must be a number from -1 to 1, found '0,5'",
    ),
    "correlation with itself": (
        CORRELATION + '"growth.industry" = 1',
        f"{WITH}.growth.industry: a lever goes with itself: name two levers, found 1",
    ),
    "correlation both ways round": (
        CORRELATION + '"growth.services" = 0.5\n[correlation."growth.services"]\n"growth.industry" = 0.4',
        "own.toml:correlation.growth.services.growth.industry: this pair is given twice, found 0.4",
    ),
    "correlation of an unknown lever with two": (
        EVEN + SERVICES + '[correlation."growth.industri"]\n"growth.industry" = 0.5\n"growth.services" = 0.5',
        "own.toml:correlation.growth.industri: unknown lever; nearest: growth.industry",
    ),
    "correlation with an unknown lever": (
        CORRELATION + '"growth.servces" = 0.5',
        f"{WITH}.growth.servces: unknown lever; nearest: growth.services",
    ),
    "correlation with a project": (
        CORRELATION + '"projects.*.overrun" = 0.5',
        f"{WITH}.projects.*.overrun: no lever that may carry a distribution",
    ),
    "correlation without quotes": (
        EVEN + SERVICES + '[correlation]\ngrowth.industry."growth.services" = 0.5',
        'own.toml:correlation.growth: quote the whole key of the lever, such as "growth.industry"',
    ),
    "correlation of a lever without distribution": (
        EVEN + '[correlation."growth.industry"]\n"growth.services" = 0.5',
        f"{WITH}.growth.services: growth.services has no distribution",
    ),
    "correlations that cannot be": (
        CORRELATION
        + '"growth.services" = 0.9\n"growth.construction" = 0.9\n'
        + '[correlation."growth.services"]\n"growth.construction" = -0.9',
        "own.toml:correlation: no such set of correlations can be: make them weaker"
        ", found a matrix with an eigenvalue of -0.800",
    ),
    # several at once
    "faults of every part": (
        "[growth]\nindustry = 'x'\n[macro]\nicor = 0\n[projects.'I.1']\noverrun = true\n" + SERVICES + "mode = 6",
        f"own.toml:growth.industry: {NUMBER} 'x'",
        "own.toml:macro.icor: must lie between 0.1 and 50 (ratio), found 0",
        f"own.toml:projects.I.1.overrun: {NUMBER} true",
        "own.toml:uncertainty.growth.services.mode: unknown key, found 6",
    ),
    "a wrong lever and shares that do not add up": (
        "[growth]\nindustry = 'x'\n[base_year]\nshare_services = 25",
        f"own.toml:growth.industry: {NUMBER} 'x'",
        "own.toml:base_year.share_*: the four base-year shares must add up to 100, found 6.3 + 71.3 + 25 + 2.9 = 105.5",
    ),
}
BOUNDARY = "must not be larger than 200,000 bytes"
GIVEN = [f"own.toml:{key}: must be given" for key in ("title_en", "title_vi", "why")]

# name: the whole file, then every message
WHOLE = {
    "empty file": (b"", *GIVEN),
    "missing title": (b'title_vi = "b"\nwhy = "c"', GIVEN[0]),
    "missing reason": (b'title_en = "a"\ntitle_vi = "b"', GIVEN[2]),
    "misspelt title": (
        HEAD.replace("_en", "_eng").encode(),
        "own.toml:title_eng: unknown key; nearest: title_en, found 'a'",
    ),
    "empty title": (HEAD.replace('"a"', '""').encode(), "own.toml:title_en: must not be blank, found ''"),
    "blank reason": (HEAD.replace('"c"', '"  "').encode(), "own.toml:why: must not be blank, found '  '"),
    "number for a title": (HEAD.replace('"a"', "5").encode(), f"own.toml:title_en: {TEXT} 5"),
    "markup in a title": (HEAD.replace('"a"', '"<b>a</b>"').encode(), f"own.toml:title_en: {MARKUP} '<b>a</b>'"),
    "line break in a title": (
        HEAD.replace('"a"', '"a\\nb"').encode(),
        f"own.toml:title_en: {HIDDEN} U+000A, found 'a\\nb'",
    ),
    "reversing mark in a title": (
        HEAD.replace('"a"', '"a\\u202eb"').encode(),
        f"own.toml:title_en: {HIDDEN} U+202E, found 'a\\u202eb'",
    ),
    "endless title": (
        HEAD.replace('"a"', f'"{"a" * 2001}"').encode(),
        f"own.toml:title_en: must be at most 2,000 characters long, found '{'a' * 58}…",
    ),
    "byte that is not UTF-8": (HEAD.encode() + b"# \xff", "own.toml:4: must be text in UTF-8, found byte 0xff"),
    "file in UTF-16": (HEAD.encode("utf-16"), "own.toml:1: must be text in UTF-8, found byte 0xff"),
    "Vietnamese in an old encoding": (
        'title_en = "Tăng trưởng cao"'.encode("cp1258", "replace"),
        "own.toml:1: must be text in UTF-8, found byte 0xe3",
    ),
    "workbook": (
        b"PK\x03\x04\x14\0",
        "own.toml:1: must be TOML: expected '=' after a key in a key/value pair, found 'PK\\x03\\x04\\x14\\x00'",
    ),
}


@pytest.fixture
def validate(capsys, monkeypatch):
    """Check a scenario file on the command line; return the exit code and the messages without lists of names."""

    def run(path):
        monkeypatch.setattr(sys, "argv", ["bnplan", "validate", "--scenario", str(path)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        lines = capsys.readouterr().err.removeprefix("bnplan: ").splitlines()
        return left.value.code, [re.sub(r"; there are: .*?(?=, found |$)", "", line) for line in lines]

    return run


@pytest.mark.parametrize("name", BODIES)
def test_a_wrong_file_leaves_with_two_and_one_message_for_each_fault(validate, tmp_path, name):
    body, *messages = BODIES[name]
    path = tmp_path / "own.toml"
    path.write_text(HEAD + body, encoding="utf-8")
    assert validate(path) == (2, messages)


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_wrong_from_its_head_leaves_with_two_and_its_messages(validate, tmp_path, name):
    content, *messages = WHOLE[name]
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    assert validate(path) == (2, messages)


def test_a_file_of_fifty_megabytes_is_not_read(validate, tmp_path):
    path = tmp_path / "own.toml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert validate(path) == (2, [f"own.toml: {BOUNDARY}"])


def test_a_file_at_the_limit_of_unknown_keys_is_refused_in_short_order(validate, tmp_path):
    keys = "".join(f"k{number} = 1\n" for number in range(LARGEST_FILE // 12))
    (tmp_path / "own.toml").write_text(HEAD + keys, encoding="utf-8")
    code, messages = validate(tmp_path / "own.toml")
    assert (code, len(messages)) == (2, 51)


def test_a_folder_is_no_scenario(validate, tmp_path):
    (tmp_path / "own.toml").mkdir()
    assert validate(tmp_path / "own.toml") == (2, ["own.toml: must be a file, found a folder"])


@pytest.mark.skipif(sys.platform == "win32", reason="no such devices")
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/stdin", "/dev/null"])
def test_a_device_is_no_scenario(validate, device):
    assert validate(device)[0] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such devices")
def test_a_link_to_a_device_is_not_read(validate, tmp_path):
    (tmp_path / "own.toml").symlink_to("/dev/zero")
    assert validate(tmp_path / "own.toml") == (2, ["own.toml: must be a file, found a device"])


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights")
def test_a_link_to_itself_is_no_scenario(validate, tmp_path):
    path = tmp_path / "own.toml"
    path.symlink_to(path)
    assert validate(path) == (2, [f"no scenario {str(path)!r}"])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_files_in_a_circle_are_told_as_the_circle(validate, tmp_path, count):
    for number in range(count):
        base = f"base = './f{(number + 1) % count}.toml'\n"
        (tmp_path / f"f{number}.toml").write_text(HEAD + base, encoding="utf-8")
    circle = " -> ".join([f"f{number}.toml" for number in range(count)] + ["f0.toml"])
    assert validate(tmp_path / "f0.toml") == (
        2,
        [f"f{count - 1}.toml:base: must not lead back to itself, found {circle}"],
    )


def test_a_chain_without_end_is_refused(validate, tmp_path):
    for number in range(30):
        text = HEAD + f"base = './f{number + 1}.toml'\n"
        (tmp_path / f"f{number}.toml").write_text(text, encoding="utf-8")
    assert validate(tmp_path / "f0.toml") == (2, ["f19.toml:base: at most 20 files may rest on each other"])


def test_faults_of_a_base_and_of_what_rests_on_it_come_together(validate, tmp_path):
    (tmp_path / "below.toml").write_text(HEAD + "[growth]\nindustry = 'x'", encoding="utf-8")
    own = HEAD + "base = './below.toml'\n[growth]\nservices = 'y'"
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    messages = [f"below.toml:growth.industry: {NUMBER} 'x'", f"own.toml:growth.services: {NUMBER} 'y'"]
    assert validate(tmp_path / "own.toml") == (2, messages)


def test_a_base_that_is_no_toml_hides_no_fault_and_adds_none(validate, tmp_path):
    (tmp_path / "below.toml").write_text("[growth", encoding="utf-8")
    own = HEAD + "base = './below.toml'\n[growth]\nservices = 'y'\n[base_year]\nshare_services = 25\n"
    (tmp_path / "own.toml").write_text(own, encoding="utf-8")
    messages = [
        "below.toml:1: must be TOML: expected ']' at the end of a table declaration, found '[growth'",
        f"own.toml:growth.services: {NUMBER} 'y'",
    ]
    assert validate(tmp_path / "own.toml") == (2, messages)


def test_a_mark_of_byte_order_is_passed_over(tmp_path, capsys, monkeypatch):
    path = tmp_path / "own.toml"
    path.write_text(HEAD, encoding="utf-8-sig")
    monkeypatch.setattr(sys, "argv", ["bnplan", "validate", "--scenario", str(path)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert not left.value.code


KEYS = [
    "growth.industry",
    "growth",
    "industry",
    "II.1",
    "II",
    "1",
    "macro.icor",
    "distribution",
    "low",
    "high",
    "x",
    "",
]
VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.dates() | st.sampled_from(["uniform", "10,5", "", "2030Q1"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


def toml(value):
    if isinstance(value, dict):
        rows = ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items())
        return f"{{{rows}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value) if isinstance(value, str | bool) else str(value)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from([*SECTIONS, *CHANCE, "base", "why"]), VALUES, max_size=5))
def test_whatever_stands_in_a_file_only_its_faults_are_raised(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "own.toml"
    path.write_text("".join(f"{key} = {toml(value)}\n" for key, value in content.items()), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)  # no example has its titles
    assert all(str(fault).startswith("own.toml:") for fault in caught.value.faults)
