"""Names that are skipped inside a folder: hidden files, what programs keep beside their work, unfinished files."""

_FOLDERS = frozenset(
    (
        *("node_modules", "bower_components", "__pycache__", "__macosx"),
        *("$recycle.bin", "system volume information", "@eadir", "lost+found"),
    )
)
_FILES = frozenset(("thumbs.db", "desktop.ini"))
_ENDS = ("~", ".tmp", ".temp", ".swp", ".swx", ".part", ".partial", ".crdownload", ".download", ".lock")


def is_ignored(name: str) -> bool:
    """Whether a file or folder of that name is passed over inside a folder.

    Hidden ones (`.git`, `.~lock.notes.odt#`), parts of a program (`node_modules`), and what editors, offices and
    browsers write while they work (`~$report.docx`, `#notes#`, `notes.txt~`, `paper.pdf.part`).
    """
    lower = name.lower()
    return lower.startswith((".", "~$", "#")) or lower.endswith(_ENDS) or lower in _FOLDERS or lower in _FILES
