# SPDX-License-Identifier: GPL-3.0-or-later
"""What a library can fail of beyond what the worker knows, each with a stable code and the next step.

SourceFailure         the whole source: nothing there, unreadable, of a kind nobody knows, without a picture,
                      without a column of paths, or in need of a package that is not installed
EntryFailure          one entry of it: a folder within that can't be read, a row without a path, with too many cells,
                      with a setting, a path or an id that can't be, or with an id that an earlier one has
ModelChanged          the model is another than at the run's start
LanesDie              the processes that make the library end, one after the other
"""

from __future__ import annotations

from triposr_addon.worker.failures import ModelFailure, WorkerFailure


class SourceFailure(WorkerFailure):
    """A source that gives no library at all."""


class SourceMissing(SourceFailure):
    """Neither a file nor a folder, and no pattern."""

    code = "SOURCE_MISSING"


class SourceUnreadable(SourceFailure):
    """The system does not let us read it, or it is not what its ending says."""

    code = "SOURCE_UNREADABLE"


class SourceKindUnknown(SourceFailure):
    """A file that is neither a picture nor a list of them."""

    code = "SOURCE_KIND_UNKNOWN"


class SourceEmpty(SourceFailure):
    """It holds no picture and nothing that was meant to be one."""

    code = "SOURCE_EMPTY"


class ColumnMissing(SourceFailure):
    """A manifest without a column of paths."""

    code = "MANIFEST_COLUMN_MISSING"


class ColumnTwice(SourceFailure):
    """A manifest with two columns of one name."""

    code = "MANIFEST_COLUMN_TWICE"


class PyarrowMissing(SourceFailure):
    """Parquet is read by a package that is not installed."""

    code = "PYARROW_MISSING"


class EntryFailure(WorkerFailure):
    """An entry of a source that can't become an item; the others go on."""


class FolderUnreadable(EntryFailure):
    """A folder within the source that the system does not let us read."""

    code = "SOURCE_FOLDER_UNREADABLE"


class RowWithoutPath(EntryFailure):
    """A row whose cell of the path is empty."""

    code = "ROW_WITHOUT_PATH"


class RowPathInvalid(EntryFailure):
    """A path that no file can have, or an address of the web."""

    code = "ROW_PATH_INVALID"


class RowMalformed(EntryFailure):
    """A row with more cells than columns, a quote that never ends, or far too long a line."""

    code = "ROW_MALFORMED"


class RowNotUtf8(EntryFailure):
    """A row in another encoding than UTF-8."""

    code = "ROW_NOT_UTF8"


class RowSettingInvalid(EntryFailure):
    """A setting that is not of its kind, or out of its range."""

    code = "ROW_SETTING_INVALID"


class RowIdInvalid(EntryFailure):
    """An id that is too long, or holds what can't be seen."""

    code = "ROW_ID_INVALID"


class RowIdTwice(EntryFailure):
    """An id that an earlier row has."""

    code = "ROW_ID_TWICE"


class ModelChanged(ModelFailure):
    """Its files were replaced while the library is made, or another computer has other ones."""

    code = "MODEL_CHANGED"


class LanesDie(WorkerFailure):
    """Lane after lane ended, and nothing was made between."""

    code = "LANES_DIE"
