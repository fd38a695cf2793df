"""What the platforms' makers have written down: names, words and where they stand; and what nobody has told.

Every constant names the page that it is from. `ASSUMED` lists what this world made up.
"""

_DM = "https://developers.dailymotion.com"
_PT = "https://docs.joinpeertube.org/api-rest-reference"

SOURCES = {
    "upload guide, v2": f"{_DM}/v2/docs/upload-videos",
    "upload guide, legacy": f"{_DM}/v0/docs/upload-videos.md",
    "upload host, legacy": f"{_DM}/reference/api-get-an-upload-url",
    "upload session, v2": f"{_DM}/reference/create-upload-session.md",
    "create, v2": f"{_DM}/reference/create-profile-video",
    "list, v2": f"{_DM}/reference/list-profile-videos",
    "create, legacy": f"{_DM}/v0/reference/api-create-a-video",
    "create, partner": f"{_DM}/v0/reference/partner-api-create-a-video",
    "profiles, v2": f"{_DM}/docs/collect-profile-ids",
    "addresses of videos": f"{_DM}/v2/docs/collect-your-video-ids",
    "errors, v2": f"{_DM}/v2/reference/api-errors",
    "errors, legacy": f"{_DM}/me/v0/reference/api-errors",
    "limits": f"{_DM}/v2/reference/rate-limiting",
    "scopes, legacy": f"{_DM}/guides/api-scopes/",
    "categories": f"{_DM}/v0/reference/video-categories",
    "client": "https://pypi.org/project/dailymotion/0.2.5/",
    "peertube, upload": f"{_PT}/api/video-upload.md",
    "peertube, states": f"{_PT}/api/models/videostateconstant.md",
    "peertube, protocol": "https://github.com/kukhariev/node-uploadx/blob/master/proto.md",
}

CATEGORIES = frozenset(
    {
        *("animals", "auto", "creation", "fun", "kids", "lifestyle", "music", "news", "people", "school"),
        *("shortfilms", "sport", "tech", "travel", "tv", "videogames", "webcam"),
    }
)
"""SOURCES["create, legacy"]."""

DESCRIPTION_MOST = 3_000
"""SOURCES["create, v2"], SOURCES["create, legacy"]."""
TITLE_MOST = 255
"""SOURCES["create, v2"]."""
PAGE_MOST = 100
"""SOURCES["list, v2"]; the legacy API has the same."""

VISIBILITIES = frozenset({"public", "private", "password"})
"""SOURCES["create, v2"]."""

RECEIPT = (
    "acodec",
    "bitrate",
    "dimension",
    "duration",
    "format",
    "hash",
    "name",
    "seal",
    "size",
    "streamable",
    "url",
    "vcodec",
)
"""What an upload host answers, all of it text. SOURCES["upload guide, legacy"]."""

PROGRESS_STATES = ("starting", "uploading", "done", "error")
"""SOURCES["upload host, legacy"]."""

V2_FIELDS = frozenset(
    {
        *("ai_subtitles", "available_formats", "category", "country", "created_at", "description"),
        *("embedding", "engagement_message", "first_frame", "geo_restriction", "hashtags"),
        *("is_ai_altered", "is_explicit", "is_for_kids", "is_published", "language", "preview"),
        *("processing", "profile", "published_at", "source", "tags", "thumbnail", "title", "updated_at"),
        *("uploaded_at", "video_id", "video_url", "visibility"),
    }
)
"""SOURCES["list, v2"]."""

UPLOADING = {
    "legacy": frozenset({"manage_videos"}),
    "partner": frozenset({"manage_videos", "upload_videos"}),
    "v2": frozenset({"video.manage", "bundle.publisher"}),
}
EDITING = {**UPLOADING, "partner": frozenset({"manage_videos", "edit_videos", "upload_videos"})}
DELETING = {**UPLOADING, "partner": frozenset({"manage_videos", "delete_videos"})}
READING = {
    "legacy": None,
    "partner": frozenset({"manage_videos", "read_videos", "upload_videos", "edit_videos"}),
    "v2": frozenset({"video.read", "video.manage", "bundle.publisher"}),
}
PLAYLISTS = {
    "legacy": frozenset({"manage_playlists"}),
    "partner": frozenset({"manage_playlists"}),
    "v2": frozenset({"playlist.manage", "bundle.publisher"}),
}
ACCOUNT = {"v2": frozenset({"account.read", "bundle.publisher"})}
"""Any of these scopes is enough; None is none needed. SOURCES["scopes, legacy"], SOURCES["create, v2"]."""

PEERTUBE_STATES = {1: "Published", 2: "To transcode", 7: "Transcoding failed"}
"""SOURCES["peertube, states"]."""
PEERTUBE_PRIVACIES = {1: "Public", 2: "Unlisted", 3: "Private", 4: "Internal"}

ASSUMED = {
    "quota refusal": "a create over the limit is refused by 403 with a type, 400, or 429; `refusal` chooses",
    "v2 status words": "processing.status has the words of the legacy `status`",
    "v2 source": "source.file_url takes the url of the upload's receipt; the guide's text says `url`",
    "v2 page": "a list answers {data, pagination: {page, page_size, total, has_more}}",
    "v2 publishing": "a private video is the draft; PATCH visibility=public publishes it",
    "v2 playlists": "POST /v2/profiles/{id}/playlists and POST /v2/playlists/{id}/videos {video_id}",
    "v2 upload session": "is answered with 201",
    "v2 scope": "a token that asks for no scope gets all that the key has",
    "file_url lifetime": "for ever, until `file_life_s` is set",
    "drafts": "an unpublished video counts to the daily limit, and so does a deleted one",
    "list lag": "a new video is in lists at once, until `list_lag_s` is set",
    "chunks": "the upload host's protocol is that of the vendor's own client: SOURCES['client']",
    "dead upload_url": "410 after a failed POST and after 4 idle hours; a wrong seal is 403",
    "unreadable file": "is taken, and fails when it is encoded",
}
"""What no text that we know tells: to be checked against the real platform by whoever has a key."""
