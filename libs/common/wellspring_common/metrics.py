"""Every metric of Wellspring, from the files of its families, in the order of docs/metrics.md."""

# ruff: noqa: I001  (their order is that of the document)
from .measured.process import *
from .measured.doors import *
from .measured.events import *
from .measured.scraping import *
from .measured.links import *
from .measured.refreshing import *
from .measured.downloading import *
from .measured.uploading import *
from .measured.database import *
from .measured.broker import *
