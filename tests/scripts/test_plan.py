from datetime import date

import pytest
from openpyxl import load_workbook

from assistant.ui.i18n.errors import sentence
from corpus.document import ReadingError
from corpus.errors import Reason
from scripts import plan as command
from scripts._course.plan.report import hours, tables
from scripts._course.plan.tasks import conflicts, missed, periods, plan, read

HEADER = "id;livrable;tâche;début;fin;responsable;participants;état;avancement;après;heures;jalon\n"
GARDEN = HEADER + (
    "1;Jardin;Bêcher;2024-01-01;2024-01-05;ana;ben;terminée;;;8\n"
    'a2;Jardin;"Semer ; arroser";08/01/2024;2024-01-12;ben;;en cours;40 %;1;2,5\n'
    "a3;Récolte;=1+1;2024-01-13;2024-02-02;ana;tous;;;1, a2;\n"
)


@pytest.fixture
def garden(tmp_path):
    path = tmp_path / "garden.csv"
    path.write_text(GARDEN, encoding="utf-8")
    return path


def test_tasks_are_read_with_what_people_leave_out(garden):
    dig, sow, reap = read(garden)
    assert (dig.state, dig.progress, dig.days, dig.others) == ("terminée", 100, 5, ("ben",))
    assert (sow.name, sow.start, sow.progress, sow.hours, sow.after) == (
        "Semer ; arroser",
        date(2024, 1, 8),
        40,
        2.5,
        ("1",),
    )
    assert (reap.state, reap.progress, reap.after, reap.hours) == ("à faire", 0, ("1", "a2"), 0)


def test_a_file_that_excel_saved_reads_the_same(garden, tmp_path):
    excel = tmp_path / "excel.csv"
    excel.write_bytes(GARDEN.replace("\n", "\r\n").encode("cp1252"))
    commas = tmp_path / "commas.csv"
    lines = [line.replace(";", ",") for line in GARDEN.splitlines() if "arroser" not in line and "a3" not in line]
    commas.write_text("\n".join(lines), encoding="utf-8-sig")
    assert read(excel) == read(garden)
    assert read(commas) == read(garden)[:1]


@pytest.mark.parametrize(
    ("line", "code", "values"),
    [
        ("x;Jardin;Semer;2024-01-08;2024-01-02;ben", "plan.task_ends_before_start", {"end": date(2024, 1, 2)}),
        ("x;Jardin;Semer;8 janvier;2024-01-12;ben", "csv.no_date", {"text": "8 janvier"}),
        ("x;Jardin;;2024-01-08;2024-01-12;ben", "csv.empty_field", {}),
        ("x;Jardin;Semer;2024-01-08;2024-01-12;ben;;perdue", "plan.no_state", {"text": "perdue"}),
        ("x;Jardin;Semer;2024-01-08;2024-01-12;ben;;;140", "csv.no_number", {"text": "140", "most": "100"}),
        ("x;Jardin;Semer;2024-01-08;2024-01-12;ben;;;;y", "plan.no_such_task", {"task": "x", "before": "y"}),
        ("x;Jardin;Semer;2024-01-08;2024-01-12;ben;;;;x", "plan.circle", {"tasks": "x"}),
        ("x;Jardin;Semer;2024-01-08;2024-01-12;ben\n" * 2, "plan.two_tasks", {"task": "x"}),
        ("x;Jardin;Semer ; arroser;2024-01-08;2024-01-12;ben;;;;;;;", "plan.too_many_fields", {"fields": 14}),
        ("x;Jardin;Semer;2024-01-08;2024-01-08;ben;;;;;;dimanche", "plan.no_milestone", {"text": "dimanche"}),
        ("x;Jardin;Semer;2024-01-08;2024-01-09;ben;;;;;;rendu collectif", "plan.long_milestone", {}),
        ("", "plan.no_tasks", {"name": "tasks.csv"}),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, line, code, values):
    path = tmp_path / "tasks.csv"
    path.write_text(HEADER + line, encoding="utf-8")
    with pytest.raises(ReadingError) as caught:
        read(path)
    assert caught.value.code == code
    assert values.items() <= caught.value.values.items()


def test_the_line_and_the_column_of_an_error_are_said_in_both_languages(tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text(HEADER + "x;Jardin;;2024-01-08;2024-01-12;ben", encoding="utf-8")
    with pytest.raises(ReadingError) as caught:
        read(path)
    assert sentence(caught.value, "en") == "tasks.csv, line 2: tache is empty."
    assert sentence(caught.value, "fr") == "tasks.csv, ligne 2\u00a0: tache est vide."


def test_an_unknown_column_and_a_missing_one_are_named(tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text("id;livrable;tache;debut;fin;responsable;meteo\n1;a;b;2024-01-01;2024-01-02;c;d\n", "utf-8")
    with pytest.raises(ReadingError) as caught:
        read(path)
    assert (caught.value.code, caught.value.values["column"]) == ("plan.unknown_column", "meteo")
    path.write_text("id;livrable\n1;a\n", encoding="utf-8")
    with pytest.raises(ReadingError) as caught:
        read(path)
    assert (caught.value.code, caught.value.values["column"]) == ("csv.no_column", "tache")


def test_a_task_that_starts_too_early_is_told(tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text(HEADER + "1;a;b;2024-01-01;2024-01-05;c\n2;a;b;2024-01-05;2024-01-06;c;;;;1\n", "utf-8")
    day = date(2024, 1, 5)
    assert conflicts(read(path)) == [Reason("plan.conflict", {"task": "2", "start": day, "before": "1", "end": day})]


DUE = HEADER + (
    "1;Jardin;Bêcher;2024-01-01;2024-01-05;ana;ben;;;;8\n"
    "2;Jardin;Semer;2024-01-02;2024-01-12;ben;tous;;;;6\n"
    "3;Récolte;Cueillir;2024-01-13;2024-01-20;ana;;;;2;4\n"
    "J1;Jardin;Remise;2024-01-05;2024-01-05;ana;tous;;;1;;Rendu collectif\n"
)


def test_a_missed_due_day_and_an_unequal_load_are_told(tmp_path, capsys):
    path = tmp_path / "due.csv"
    path.write_text(DUE, encoding="utf-8")
    found = read(path)
    made = plan(found)
    assert [task.id for task in made.work] == ["1", "2", "3"] and made.milestones[0].hand_in == "rendu collectif"
    assert conflicts(found) == []  # what a milestone waits for may end on its day
    values = {"task": "2", "end": date(2024, 1, 12), "due": date(2024, 1, 5)}
    assert missed(found) == [Reason("plan.missed", values)]
    assert made.load() == {"ana": 11, "ben": 7}
    assert [task.id for task in made.tasks if task.late(date(2024, 1, 10))] == ["1", "J1"]
    command.main([str(path), "--out", str(tmp_path), "--today", "2024-01-10"])
    said = capsys.readouterr().err
    assert [word in said for word in ("2024-01-05", "ana", "ben")] == [True] * 3
    sheet = load_workbook(tmp_path / "planification.xlsx")["Échéances"]
    assert [cell.value for cell in sheet[5]][:3] == ["=Tâches!B7", "=Tâches!E7", "=Tâches!N7"]


def test_the_tables_of_a_manager_s_report(tmp_path):
    path = tmp_path / "due.csv"
    path.write_text(DUE, encoding="utf-8")
    made = plan(read(path), period_days=7)
    assert round(sum(hours(made, period, "ben") for period in made.periods), 6) == made.load()["ben"]
    text = tables(made, 1)
    assert "| Jardin | 05/01/2024 | rendu collectif |" in text and "| ana | 1 | 2 | 5,6 |" in text
    assert "| ben | 2 Semer | responsable | … |" in text and "Cueillir" not in text
    with pytest.raises(ReadingError) as caught:
        tables(made, 4)
    assert (caught.value.code, caught.value.values) == ("plan.no_period", {"number": 4, "count": 3})


def test_the_manager_changes_every_two_weeks_until_the_last_day():
    six = [f"membre {n}" for n in range(1, 7)]
    found = periods(six, date(2023, 10, 20), date(2024, 3, 4))
    assert [period.manager for period in found] == [*six, *six[:4]]
    assert (found[0].end, found[1].start) == (date(2023, 11, 2), date(2023, 11, 3))
    assert (found[-1].start, found[-1].end) == (date(2024, 2, 23), date(2024, 3, 4))


def test_a_task_outside_the_plan_is_refused(garden):
    with pytest.raises(ReadingError) as caught:
        plan(read(garden), start=date(2024, 1, 2))
    assert (caught.value.code, caught.value.values["task"]) == ("plan.task_outside", "1")


def test_the_workbook_holds_the_tasks_as_text_and_formulas_over_them(garden, tmp_path, capsys):
    assert command.main([str(garden), "--out", str(tmp_path / "out"), "--today", "2024-01-10"]) == 0
    assert "3 tasks, 2024-01-01 to 2024-02-02, 3 periods of 2 members" in capsys.readouterr().out
    book = load_workbook(tmp_path / "out" / "planification.xlsx")
    assert book.sheetnames[:6] == ["Lisez-moi", "Tâches", "Gantt", "Échéances", "Suivi", "Gestionnaires"]
    tasks = book["Tâches"]
    assert [tasks.cell(row, 1).value for row in (4, 5, 6)] == ["1", "a2", "a3"]
    assert (tasks["C6"].value, tasks["C6"].data_type) == ("=1+1", "s")  # a text from the file is never a formula
    assert tasks["F4"].value == "=E4-D4+1"
    assert [book["Gestionnaires"].cell(row, 4).value for row in (5, 6, 7)] == ["ana", "ben", "ana"]
    assert book["Suivi"]["B5"].value == '=COUNTIFS(Tâches!$B$4:$B$6,$A5,Tâches!$N$4:$N$6,"")'
    assert book["Éval. tâches"]["C5"].value == "ana"


def test_a_picture_of_the_chart_is_drawn(garden, tmp_path):
    from PIL import Image

    command.main([str(garden), "--out", str(tmp_path)])
    assert (tmp_path / "calendrier.png").stat().st_size > 1000
    with Image.open(tmp_path / "gantt.png") as picture:
        assert picture.width == 1700
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 20  # bars, names, weekends: not an empty page


def test_members_can_be_counted_instead_of_named(garden, tmp_path):
    with pytest.raises(ReadingError) as caught:
        command.main([str(garden), "--members", "2", "--out", str(tmp_path)])
    assert caught.value.code == "plan.strange_leads"
    assert caught.value.values == {"leads": "ana, ben", "members": "membre 1, membre 2"}


DUE_DAYS = {  # as the assignment gives them
    "J1": (date(2023, 10, 20), "rendu collectif"),
    "J2": (date(2023, 11, 17), "rendu individuel"),
    "J3": (date(2023, 11, 17), "rendu collectif"),
    "J4": (date(2023, 12, 18), "rendu collectif"),
    "J5": (date(2024, 1, 19), "rendu collectif"),
    "J6": (date(2024, 1, 19), "rendu collectif"),
    "J7": (date(2024, 2, 16), "rendu collectif"),
    "J8": (date(2024, 3, 4), "rendu collectif"),
}


def test_the_course_s_plan_keeps_its_due_days_its_order_and_a_balance():
    found = read(command.EXAMPLE)
    made = plan(found)
    assert (made.start, made.end) == (date(2023, 9, 19), date(2024, 3, 4))
    assert {task.id: (task.start, task.hand_in) for task in made.milestones} == DUE_DAYS
    assert conflicts(found) == missed(found) == []
    assert len(made.members) == 6 and len(made.deliverables) == 11
    load = made.load()
    assert max(load.values()) < 1.1 * min(load.values())
    directed = [period.manager for period in made.periods]
    assert [directed.count(member) for member in made.members] == [2] * 6
    assert [task.id for task in found if task.start.weekday() > 4 or task.end.weekday() > 4] == []
    known = {task.id: task for task in found}
    assert known["9.1"].end < known["8.2"].start  # what users say is known before it is mended
    own = [task for task in found if "analyse individuelle" in task.name]
    assert {task.lead for task in own} == set(made.members) and all(not task.others for task in own)


def test_the_example_of_a_manager_s_report_has_the_plan_s_own_tables():
    made = plan(read(command.EXAMPLE))
    example = command.EXAMPLE.with_name("exemple-rapport-de-management.md").read_text("utf-8")
    due, allocation = tables(made, 3).split("\n\n")[2:5:2]
    assert due in example and "\n".join(allocation.splitlines()[2:]) in example
    overview = command.EXAMPLE.with_name("README.md").read_text("utf-8")
    assert all(f"{task.deliverable} | {task.start:%d/%m/%Y}" in overview for task in made.milestones)
    assert [member for member, hours in made.load().items() if f"| {hours:.0f} |" not in overview] == []


def test_the_course_s_workbook_is_the_one_that_its_tasks_make(tmp_path):
    command.main(["--out", str(tmp_path), "--today", "2023-09-19"])
    made, kept = (
        load_workbook(tmp_path / "planification.xlsx"),
        load_workbook(command.EXAMPLE.with_name("planification.xlsx")),
    )
    assert made.sheetnames == kept.sheetnames
    for name in made.sheetnames:
        assert list(made[name].values) == list(kept[name].values), name
