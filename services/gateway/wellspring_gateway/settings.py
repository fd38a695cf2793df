"""What an operator may tune before the gateway starts."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from wellspring_common.settings import EnvSettings

from .domain.forwarding import Network, networks
from .domain.roles import GroupRules, names


class GatewaySettings(EnvSettings):
    """Where the gateway listens, and how its first user comes about."""

    model_config = SettingsConfigDict(env_prefix="WELLSPRING_GATEWAY_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    setup_token: SecretStr | None = None
    """Opens the first-run page once, while there is no user."""
    admin_user: str | None = None
    admin_password: SecretStr | None = None
    """With `admin_user`: the user that is made at start when there is none."""
    session_life: timedelta = timedelta(days=30)
    secure_cookies: bool = False
    """Set behind TLS: cookies then carry the `__Host-` prefix and never travel in the clear."""
    trusted_proxies: str = ""
    """Networks whose `X-Forwarded-*` headers count, as a comma list. Nobody's, unless it is set."""
    forward_auth_user_header: str = Field(default="", pattern="^[A-Za-z0-9-]*$")
    """The header in which a trusted proxy names who signed in there. None: nobody signs in that way."""
    forward_auth_groups_header: str = Field(default="", pattern="^[A-Za-z0-9-]*$")
    """The header with the groups of that user, as a comma list."""
    admin_groups: str = ""
    operator_groups: str = ""
    viewer_groups: str = ""
    """Groups, at a proxy or a provider, that make a role. Empty: every user from there may watch."""
    answers_kept_s: float = Field(default=15.0, ge=0, le=15)
    """For how long what is known of an episode is answered without asking Postgres, unless a fact says that
    it changed."""
    beacons_per_hour: int = Field(default=600, ge=1)
    """Plays and broken links that players may report, all together, to one process.

    Anybody may report, and each report becomes an event of some 600 bytes. The stream of events keeps three
    days, 256 MB at most, and takes nothing more when it is full: no result of a scrape either.
    """

    relay_idle_seconds: float = Field(default=120, ge=0.1, le=3600)
    """A player that takes nothing of a file that passes through us is let go after this time."""

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        networks(value)
        return value

    @model_validator(mode="after")
    def _trusts_somebody(self) -> "GatewaySettings":
        if self.forward_auth_user_header and not self.trusted_proxies:
            text = "WELLSPRING_GATEWAY_FORWARD_AUTH_USER_HEADER needs WELLSPRING_GATEWAY_TRUSTED_PROXIES"
            raise ValueError(text)
        return self

    @property
    def proxies(self) -> tuple[Network, ...]:
        """Return the trusted networks."""
        return networks(self.trusted_proxies)

    @property
    def group_rules(self) -> GroupRules:
        """Return which groups elsewhere make which role here."""
        return GroupRules(
            admin=names(self.admin_groups),
            operator=names(self.operator_groups),
            viewer=names(self.viewer_groups),
        )


class OidcSettings(EnvSettings):
    """A provider where people may sign in, by OpenID Connect. None, unless its issuer is set."""

    model_config = SettingsConfigDict(
        env_prefix="WELLSPRING_GATEWAY_OIDC_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    issuer: str = Field(default="", pattern="^(https?://.+)?$")
    """As the provider writes it itself, to the last slash."""
    client_id: str = ""
    client_secret: SecretStr | None = None
    """None, where the provider knows us as a public client: PKCE protects the code either way."""
    scopes: str = Field(default="openid profile email", pattern=r"\bopenid\b")
    username_claim: str = "preferred_username"
    groups_claim: str = "groups"
    trust_usernames: bool = False
    """Whether a user of that name here is the same person. A verified mail address always links."""
    label: str = Field(default="SSO", max_length=40)
    """What the button says after "Sign in with"."""

    @model_validator(mode="after")
    def _knows_us(self) -> "OidcSettings":
        if self.issuer and not self.client_id:
            raise ValueError("WELLSPRING_GATEWAY_OIDC_CLIENT_ID is not set")
        return self


class MetadataSettings(EnvSettings):
    """Who may be asked about titles. Nobody, unless an operator says so."""

    model_config = SettingsConfigDict(
        env_prefix="WELLSPRING_GATEWAY_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    tmdb_key: SecretStr | None = None
    """An API key of TMDB, or a read access token. With one, TMDB may be asked."""
    tmdb_language: str = Field(default="en-US", pattern="^[a-z]{2}(-[A-Z]{2})?$")
    """The language of names and texts from TMDB."""
    tmdb_url: str = Field(default="https://api.themoviedb.org/3", pattern="^https?://")
    tmdb_images_url: str = Field(default="https://image.tmdb.org/t/p", pattern="^https?://")
    anilist: bool = False
    """Whether AniList may be asked: it needs no key."""
    anilist_url: str = Field(default="https://graphql.anilist.co", pattern="^https?://")
    anilist_images_url: str = Field(default="https://s4.anilist.co/file/anilistcdn", pattern="^https?://")


class PlaceSettings(EnvSettings):
    """Where this process may keep a file, and whether it shows the demo."""

    data_dir: Path | None = None
    demo: bool = False
