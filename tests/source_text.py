"""A document laid out as a programme's text is, from its tables' names and figures; and faults put into one."""

from __future__ import annotations

import random
import re
from itertools import groupby

HEADS = {
    "targets": "TT\tChỉ tiêu\tCơ quan chủ trì",
    "tasks": "TT\tNội dung\tCơ quan chủ trì tham mưu\tCơ quan phối hợp\tThời gian Thực hiện\tCơ quan ban hành",
    "projects": "TT\tCông trình/Dự án\tDự kiến tổng mức đầu tư (ĐVT: Tỷ đồng)\tThời gian thực hiện",
}
SECTIONS = {"I": "MỤC ĐÍCH", "II": "NHIỆM VỤ", "III": "TỔ CHỨC"}


def document_of(programme):
    """Return the lines of a document that says what the tables say, its prose made up."""
    about = programme.properties["programme"]
    year, month, day = about["signed"].split("-")
    words = {row["id"]: row["spellings"].split(" | ")[0] for row in programme.agencies.to_dict("records")}

    def named(ids, joint=", "):
        return joint.join(words[one] for one in ids.split(";")) if isinstance(ids, str) else ""

    lines = [f"Số: {about['number']}", "", f"Nơi ký, ngày {int(day)} tháng {int(month)} năm {year}", ""]
    lines += _prose(programme, named)
    lines += ["", "Phụ lục một", "", HEADS["targets"], *_targets(programme, named)]
    lines += ["", "Phụ lục hai", "", HEADS["tasks"]]
    for group, rows in groupby(programme.tasks.to_dict("records"), key=lambda row: row["group"]):
        label = programme.codes.query("list == 'task_group' and code == @group")["label_vi"].iloc[0]
        lines.append(f"{group}\tLĩnh vực {label}\t\t\t\t")
        for row in rows:
            cells = (row["title_vi"], named(row["leads"]), named(row["coordinates"]), row["printed_period"])
            lines.append("\t".join([row["id"].split(".")[1], *cells, named(row["issuer"])]))
    lines += ["", "Phụ lục ba", "", HEADS["projects"]]
    for group in programme.project_groups.to_dict("records"):
        lines.append(f"{group['id']}\t{group['name_vi']}\t{group['printed_total']}\t")
        for row in programme.projects[programme.projects["id"].str.startswith(group["id"] + ".")].to_dict("records"):
            cost = row["printed_cost"] if isinstance(row["printed_cost"], str) else ""
            lines.append(f"{row['id'].split('.')[1]}\t{row['name_vi']}\t{cost}\t{row['printed_period']}")
    return lines


def _prose(programme, named):
    """Yield sections I to III: an order a paragraph, with the figures that the body text prints."""
    text = programme.targets[programme.targets["id"].str.startswith("text.")].to_dict("records")
    yield "I. MỞ ĐẦU"
    for row in text:
        if row["row"].startswith("text.I"):
            yield f"Phấn đấu {row['name_vi']} {row['printed']}."
    for section in ("II", "III"):
        yield f"{section}. PHẦN"
        heading = ""
        for row in programme.directives[programme.directives["section"] == section].to_dict("records"):
            number = row["id"].removeprefix("III.")
            if section == "II" and number.split(".")[0] != heading:
                heading = number.split(".")[0]
                yield f"{heading}. Về lĩnh vực thứ {heading}"
            figures = [f"{one['name_vi']} {one['printed']}" for one in text if one["row"] == f"text.{row['id']}"]
            due = [row["printed_due"]] if isinstance(row["printed_due"], str) else []
            leads, joins = named(row["leads"]), named(row["coordinates"])
            if not leads:
                said = f"Cơ quan ban hành trân trọng đề nghị {joins} giám sát"
            else:
                said = f"Giao {leads} chủ trì, {joins} phối hợp triển khai" if joins else f"Giao {leads} tổ chức"
            first = "" if number[-1].isalpha() or ("." not in number and section == "II") else f"{number}. "
            yield first + said + "; ".join(["", *figures, *due]) + "."
            yield "Đoạn này không nêu con số nào."


def _targets(programme, named):
    """Yield the lists of targets: parts of a numbered row stand below it, others in one cell with it."""
    listed = programme.targets[~programme.targets["id"].str.startswith("text.")]
    for name, rows in groupby(listed.to_dict("records"), key=lambda row: row["list"]):
        rows = list(rows)
        yield f"A\tChỉ tiêu của danh sách ({len({row['row'] for row in rows})} chỉ tiêu)\t"
        for domain, own in groupby(rows, key=lambda row: row["id"].split(".")[1]):
            yield f"{domain}\tVề lĩnh vực\t"
            own = list(own)
            whole = {row["id"] for row in own}
            for base, parts in groupby(own, key=lambda row: re.sub(r"\.[a-z][a-z0-9_]*$", "", row["id"])):
                parts = list(parts)
                number = base.removeprefix(f"{name}.{domain}.")
                if base in whole:
                    for part in parts:
                        yield f"{number if part['id'] == base else ''}\t{_said(part)}\t{named(part['leads'], '; ')}"
                else:
                    yield f"{number}\t{'; '.join(map(_said, parts))}\t{named(parts[0]['leads'], '; ')}"


def _said(row):
    return f"{row['name_vi']} đạt {row['printed']}"


# Faults. Each changes lines in place and returns the table, the ids and the columns at which it must be found, or
# None where it does not fit the row. A place is a line, the table it is of, and the id that its numbers make.
def spoil(lines, seed):
    """Put one fault into a document; return its lines, and the table, ids (None: any) and columns to be named."""
    chance = random.Random(seed)
    lines = list(lines)
    places = list(_places(lines))
    while True:
        table = chance.choice(("projects", "tasks", "targets"))
        place = chance.choice([one for one in places if one[1] == table])
        if found := chance.choice(FAULTS)(lines, places, place, chance):
            return lines, *found


def _places(lines):
    kind = group = name = domain = item = ""
    seen = []
    for at, line in enumerate(lines):
        cells = line.split("\t")
        if len(cells) < 3:
            continue
        head = cells[0].strip().rstrip(".")
        if head == "TT":
            kind = {3: "targets", 6: "tasks", 4: "projects"}[len(cells)]
        elif kind == "targets":
            if head == "A" and "(" in cells[1]:
                name = "B" if "A" in seen else "A"
                seen.append(name)
                yield at, "lists", name
            elif re.fullmatch("[IVX]+", head):
                domain = head
            else:
                item = f"{name}.{domain}.{head}" if head else item
                yield at, "targets", item
        elif re.fullmatch("[IVX]+", head):
            group = head
            yield at, f"{kind}_groups", group
        else:
            yield at, kind, f"{group}.{head}"


def _change(lines, at, place, new):
    """Put a text into a cell; return whether it is another."""
    cells = lines[at].split("\t")
    before, cells[place] = cells[place], new
    lines[at] = "\t".join(cells)
    return before != new


def _digit(text, chance):
    """Change one digit of a text."""
    at = chance.choice([place for place, letter in enumerate(text) if letter.isdigit()])
    other = chance.choice([letter for letter in "0123456789" if letter != text[at]])
    return text[:at] + other + text[at + 1 :]


def _word(text, chance):
    """Drop a letter of a word, or the word."""
    words = text.split(" ")
    place = chance.choice([one for one, word in enumerate(words) if len(word) > 2 and word.isalpha()])
    words[place] = words[place][1:] if chance.random() < 0.5 else ""
    return " ".join(word for word in words if word)


def _name(lines, places, place, chance):
    at, table, row = place
    column = {"projects": "name_vi", "tasks": "title_vi"}.get(table)
    if column and _change(lines, at, 1, _word(lines[at].split("\t")[1], chance)):
        return table, {row}, {column}
    return None


def _digit_of(cells, columns):
    """Return a fault that changes a digit in a cell of a table, if it has one there."""

    def fault(lines, places, place, chance):
        at, table, row = place
        if table not in cells or not re.search(r"\d", text := lines[at].split("\t")[cells[table]]):
            return None
        _change(lines, at, cells[table], _digit(text, chance))
        return table, {row}, {columns[table]}

    return fault


def _body(lines, places, place, chance):
    at, table, row = place
    text = lines[at].split("\t")[2]
    if table == "projects" or not text or OTHER_BODY in text:
        return None
    _change(lines, at, 2, re.sub(r"^[^;,]+", OTHER_BODY, text, count=1))
    return table, {row}, {"leads"}


def _drop(lines, places, place, chance):
    at, table, row = place
    if lines[at].startswith("\t"):
        return None
    del lines[at]
    return table, {row}, {"id", "printed"}


def _double(lines, places, place, chance):
    at, table, row = place
    if table == "targets":
        return None
    lines.insert(at, lines[at])
    return table, {row}, {"id"}


def _swap(lines, places, place, chance):
    at, table, row = place
    other, kind, second = chance.choice(places)
    if table != "projects" or kind != "projects":
        return None
    ours, theirs = (lines[line].split("\t")[2] for line in (at, other))
    _change(lines, other, 2, ours)
    return (table, {row, second}, {"printed_cost"}) if _change(lines, at, 2, theirs) else None


def _total(lines, places, place, chance):
    at, _, row = chance.choice([one for one in places if one[1] == "projects_groups"])
    _change(lines, at, 2, _digit(lines[at].split("\t")[2], chance))
    return "project_groups", {row}, {"printed_total"}


def _count(lines, places, place, chance):
    at, _, row = chance.choice([one for one in places if one[1] == "lists"])
    lines[at] = re.sub(r"\((\d+) chỉ", lambda found: f"({int(found[1]) + 1} chỉ", lines[at])
    return "targets", {row}, {"count"}


def _order(lines, places, place, chance):
    del lines[chance.choice([at for at, line in enumerate(lines) if re.match(r"\d+\.\d+\. ", line)])]
    return "directives", None, {"id", "leads", "coordinates"}


def _lead(lines, places, place, chance):
    at = chance.choice([one for one, line in enumerate(lines) if re.match(r"(\d+\.\d+\. )?\*?Giao Sở", line)])
    changed = re.sub(r"Giao Sở [^,]+?(?=,| chủ trì)", f"Giao {OTHER_BODY}", lines[at], count=1)
    if changed == lines[at]:
        return None
    lines[at] = changed
    number = re.match(r"\d+\.\d+", changed)
    return "directives", {number[0]} if number else None, {"leads"}


def _text(lines, places, place, chance):
    """Change a figure of the body text: that of an order, with a thousands sign."""
    figure = re.compile(r"(?<![\d.])\d{2,3}\.000 (?=doanh nghiệp|căn hộ)")
    at = chance.choice([one for one, line in enumerate(lines) if "\t" not in line and figure.search(line)])
    lines[at] = figure.sub(lambda found: _digit(found[0][:2], chance) + found[0][2:], lines[at], count=1)
    return "targets", None, {"printed"}


OTHER_BODY = "Sở Tư pháp"
_figure = _digit_of({"projects": 2, "targets": 1}, {"projects": "printed_cost", "targets": "printed"})
_period = _digit_of({"projects": 3, "tasks": 4}, dict.fromkeys(("projects", "tasks"), "printed_period"))
FAULTS = (_name, _figure, _period, _body, _drop, _double, _swap, _total, _count, _order, _lead, _text)
