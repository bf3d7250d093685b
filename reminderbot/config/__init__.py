"""What the owner has settled: config.toml and the secrets beside it, checked as a whole.

`settings` lists every table and key with its default; `kinds`, `addresses` and `places` say what a value must look
like, `rules` what must hold between them, `secrets` where passwords come from; `load` and `table` read.
"""

from reminderbot.config.load import ConfigMistakes, load_config
from reminderbot.config.rules import without_effect
from reminderbot.config.secrets import Secret
from reminderbot.config.settings import (
    DEFAULT_LADDER,
    AlertsSettings,
    Auth,
    Config,
    DeskSettings,
    EmailSettings,
    InboxSettings,
    LedgerSettings,
    LettersSettings,
    OAuthSettings,
    ProviderName,
    Security,
    SendingSettings,
    SmsSettings,
    StoreSettings,
)
from reminderbot.core.stop import Mode

__all__ = [
    "DEFAULT_LADDER",
    "AlertsSettings",
    "Auth",
    "Config",
    "ConfigMistakes",
    "DeskSettings",
    "EmailSettings",
    "InboxSettings",
    "LedgerSettings",
    "LettersSettings",
    "Mode",
    "OAuthSettings",
    "ProviderName",
    "Secret",
    "Security",
    "SendingSettings",
    "SmsSettings",
    "StoreSettings",
    "load_config",
    "without_effect",
]
