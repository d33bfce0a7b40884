"""The grammar of the desk: from the words of a message to commands. `read` is the way in."""

from bot.core.grammar.heard import Context
from bot.core.grammar.reading import read
from bot.core.grammar.vocabulary import Vocabulary

__all__ = ["Context", "Vocabulary", "read"]
