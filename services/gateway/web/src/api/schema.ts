// Generated from the API's description by `python -m deploy.generate`: change the gateway, not this file.

export interface Account {
  id: number;
  username: string;
  role: "viewer" | "operator" | "admin";
  via: "cookie" | "token" | "device" | "proxy";
  scopes: ("read" | "play" | "scrape" | "operate" | "admin")[];
}

export interface AuditEntry {
  id: number;
  at: string;
  user_id: number | null;
  actor: string;
  via: string;
  client: string | null;
  action: string;
  target: string | null;
  detail: Record<string, unknown>;
}

export interface AuditLog {
  entries: AuditEntry[];
  next: number | null;
}

export interface Beacon {
  play_id: string;
  tab_id: string;
  episode_id: number;
  link_id: number;
  generation: number;
  outcome: "started" | "failed";
  first_try: boolean;
  reason?: PlaybackFault | null;
  over?: boolean;
  position_s?: number;
}

export interface BroughtFile {
  episode_id: number;
  path: string;
}

export interface Browsed {
  quality?: number | null;
  code?: string;
  because?: string;
  links?: number;
}

export interface Catalogue {
  id: number;
  name: string;
  definition: string;
  base_urls: string[];
  enabled: boolean;
  is_default: boolean;
  every_minutes: number | null;
  full_every_hours: number | null;
  language: string | null;
  rights: "unknown" | "owned" | "licensed" | "public_domain";
  next_ongoing_at: string | null;
  next_full_at: string | null;
  last_job_id: string | null;
  last_state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | null;
  last_code: string | null;
  last_detail: string | null;
  last_finished_at: string | null;
  titles: number;
  live_jobs: string[];
}

export interface Catalogues {
  catalogues: Catalogue[];
}

export interface Change {
  role?: "viewer" | "operator" | "admin" | null;
  disabled?: boolean | null;
}

export interface Choices {
  is_for_kids: boolean;
  visibility: Visibility;
  category: string;
  title_template?: string;
  description_template?: string;
  language?: string | null;
  tags?: string[];
  playlists?: boolean;
}

export interface CleanCandidates {
  no_source: number;
  sources_gone: number;
}

export interface CleanCounts {
  mark: number;
  wait: number;
  trash: number;
  unmark: number;
}

export interface CleanEvidence {
  sources: number;
  gone_in_scrapes: number;
  playable_links: number;
}

export interface CleanMark {
  title_id: number;
  title: string;
  slug: string;
  reason: "no_source" | "sources_gone";
  marked_at: string;
  statistics: CleanEvidence;
}

export interface CleanRun {
  id: string | null;
  dry_run: boolean;
  requested_by: string;
  counts: CleanCounts;
  before: LibraryCounts;
  after: LibraryCounts;
  titles: CleanedTitle[];
  held_back: string[];
  started_at: string;
  finished_at: string;
  undone_by: string | null;
  undone_at: string | null;
}

export interface CleanRuns {
  runs: CleanRun[];
  marks: CleanMark[];
  interval_hours: number;
  grace_hours: number;
}

export interface CleanUndone {
  id: string | null;
  dry_run: boolean;
  requested_by: string;
  counts: CleanCounts;
  before: LibraryCounts;
  after: LibraryCounts;
  titles: CleanedTitle[];
  held_back: string[];
  started_at: string;
  finished_at: string;
  undone_by: string | null;
  undone_at: string | null;
  restored: number[];
}

export interface CleanedTitle {
  title_id: number;
  title: string;
  slug: string;
  because: string | null;
  verdict: "mark" | "wait" | "trash" | "unmark" | null;
  reason: "no_source" | "sources_gone" | null;
  marked_at: string | null;
  sources: number | null;
  gone_in_scrapes: number | null;
  playable_links: number | null;
}

export interface Crawl {
  id: string;
  state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled";
  requested_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  error_code: string | null;
  error_detail: string | null;
  catalogue_id: number | null;
  scope: "all" | "ongoing" | "complete" | "search" | "tag" | "title" | null;
  query: string | null;
  counts: Record<string, number>;
  problems: JobProblem[];
  library: LibraryChanges | null;
  step: CrawlStep | null;
}

export interface CrawlAsked {
  id: string;
  state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled";
  requested_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  error_code: string | null;
  error_detail: string | null;
  catalogue_id: number | null;
  scope: "all" | "ongoing" | "complete" | "search" | "tag" | "title" | null;
  query: string | null;
  counts: Record<string, number>;
  problems: JobProblem[];
  library: LibraryChanges | null;
  step: CrawlStep | null;
  deduplicated: boolean;
}

export interface CrawlCounts {
  lists: number;
  titles: number;
  unchanged: number;
  failed: number;
  pages: number;
}

export type CrawlScope = "all" | "ongoing" | "complete" | "search" | "tag" | "title";

export interface CrawlStep {
  step: string;
  title: string | null;
  counts: CrawlCounts;
  at: string;
}

export interface Credentials {
  username: string;
  password: string;
}

export interface Definition {
  id: string;
  origin: string;
  enabled: boolean;
  revision: number | null;
  yaml: string | null;
  updated_by: string | null;
  updated_at: string | null;
  drift_jobs: number;
}

export interface Definitions {
  definitions: Definition[];
  complete: boolean;
}

export interface Device {
  id: number;
  name: string;
  created_at: string;
  last_used_at: string | null;
}

export interface DeviceAddresses {
  m3u: string;
  stremio: string;
}

export interface DeviceList {
  devices: Device[];
}

export interface DeviceMade {
  id: number;
  name: string;
  created_at: string;
  last_used_at: string | null;
  token: string;
  addresses: DeviceAddresses;
}

export interface Download {
  id: string;
  title_id: number;
  title: string | null;
  episode_id: number;
  season: number | null;
  number: string | null;
  quality: number | null;
  state: "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled";
  attempts: number;
  server: string | null;
  bytes_done: number;
  bytes_total: number | null;
  error_code: string | null;
  error_detail: string | null;
  next_try_at: string;
  requested_by: string | null;
  requested_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface DownloadDecision {
  action: "cancel" | "pause" | "resume" | "retry";
}

export interface Downloads {
  downloads: Download[];
  next: string | null;
}

export interface DownloadsAsked {
  queued: number;
  running: number;
  present: number;
}

export interface Episode {
  id: number;
  title_id: number;
  season: number;
  number: number;
  name: string | null;
  aired_at: string | null;
  locked_fields: string[];
  source_count: number;
  live_links: number;
  created_at: string;
  updated_at: string;
}

export interface EpisodeEdit {
  season?: number | null;
  number?: number | null;
  name?: string | null;
  aired_at?: string | null;
  locked_fields?: ("name" | "aired_at")[] | null;
}

export interface EpisodePlays {
  days: PlayedDay[];
}

export interface Episodes {
  episodes: Episode[];
  next: string | null;
}

export interface Expiry {
  at: string | null;
  basis: "parameter" | "issued_at" | "learned" | "default";
  evidence: string | null;
}

export interface FieldProblem {
  field: string;
  detail: string;
  code?: string | null;
}

export interface Genres {
  genres: string[];
  languages: string[];
}

export interface Health {
  state: "alive" | "unknown" | "suspect" | "dead";
  reason: string | null;
  since: string | null;
  checked_at: string | null;
  ok_at: string | null;
  latency_ms: number | null;
}

export interface HostTrouble {
  host: string;
  position: "open" | "half_open";
  since: string | null;
  next_at: string | null;
  good: number;
  reasons: Record<string, number>;
}

export interface InTrash {
  id: number;
  in_trash: boolean;
  changed: boolean;
}

export interface Job {
  id: string;
  state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled";
  requested_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  error_code: string | null;
  error_detail: string | null;
  browser_because: string | null;
  kind: "scrape" | "crawl";
  episode_id: number | null;
  catalogue_id: number | null;
  scope: string | null;
  query: string | null;
  lane: "interactive" | "background";
  reason: string;
  requested_by: string | null;
  cancelled_by: string | null;
  attempts: number;
  counts: Record<string, number>;
  problems: JobProblem[];
  browser: Browsed[];
}

export interface JobAnswer {
  job: JobBrief | null;
}

export interface JobAsked {
  job: JobBrief | null;
  deduplicated: boolean;
}

export interface JobBrief {
  id: string;
  state: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled";
  requested_at: string | null;
  started_at: string | null;
  finished_at: string | null;
  error_code: string | null;
  error_detail: string | null;
  browser_because: string | null;
}

export interface JobProblem {
  quality?: number | null;
  code?: string;
  detail?: string;
  url?: string | null;
  server?: string | null;
}

export interface Jobs {
  jobs: Job[];
  next: string | null;
}

export type JsonValue = unknown;

export interface Letter {
  address: string;
  schema: string;
  id: number;
  service: string;
  consumer: string;
  event: string | null;
  event_id: string;
  code: string;
  detail: string | null;
  fingerprint: string | null;
  attempts: number;
  replays: number;
  state: "open" | "replayed" | "dropped";
  outcome: "open" | "dropped" | "died_again" | "handled" | "waiting" | "sent";
  note: string | null;
  decided_by: string | null;
  decided_at: string | null;
  died_again_as: string | null;
  handled_at: string | null;
  created_at: string;
}

export interface Letters {
  total: number;
  letters: Letter[];
  next: string | null;
}

export interface LibraryChanges {
  titles_added: number;
  titles_changed: number;
  titles_unchanged: number;
  episodes_added: number;
  sources_added: number;
  sources_moved: number;
  refused: number;
}

export interface LibraryCounts {
  titles: number;
  episodes: number;
  sources: number;
  marked: number;
  links: LinkCounts;
  candidates: CleanCandidates;
}

export interface Link {
  id: number;
  generation: number;
  quality: number | null;
  server: string;
  label: string;
  kind: "stream" | "download" | "embed";
  container: string;
  url: string;
  size_bytes: number | null;
  language: string | null;
  state: "alive" | "unknown" | "suspect" | "dead";
  offered: boolean;
  playable: boolean;
  via: "direct" | "relay" | null;
  play_url: string | null;
  expires_at: string | null;
  expiry_basis: string;
  checked_at: string | null;
  scraped_at: string | null;
  expiry: Expiry;
  health: Health;
}

export interface LinkCounts {
  alive: number;
  unknown: number;
  suspect: number;
  dead: number;
}

export interface Links {
  episode_id: number;
  links: Link[];
  stale: boolean;
}

export interface ListedTitle {
  id: number;
  slug: string;
  kind: "series" | "movie";
  title: string;
  original_title: string | null;
  year: number | null;
  synopsis: string | null;
  genres: string[];
  poster: string | null;
  episode_count: number;
  first_episode: number | null;
  live_links: number;
  score: number | null;
  status: "ongoing" | "completed" | null;
  language: string | null;
  created_at: string;
}

export interface LiveState {
  episode_id: number;
  server_info: ServerInfo;
  masters: Master[];
  links: Link[];
  job: JobBrief | null;
  cooldown_until: string | null;
  can_scrape: boolean;
  stale: boolean;
}

export interface Marks {
  intro: Stretch | null;
  outro: Stretch | null;
  of: "title" | "episode" | "none";
}

export interface MarksEdit {
  intro?: Stretch | null;
  outro?: Stretch | null;
}

export interface Master {
  quality: number | null;
  url: string;
}

export interface MediaFile {
  media_file_id: number;
  size_bytes: number;
  duration_s: number;
}

export interface NewCatalogue {
  name: string;
  definition: string;
  base_urls: string[];
  enabled?: boolean;
  is_default?: boolean;
  every_minutes?: number | "" | null;
  full_every_hours?: number | "" | null;
  language?: string | null;
  rights?: "unknown" | "owned" | "licensed" | "public_domain";
}

export interface NewCrawl {
  scope?: CrawlScope;
  query?: string;
  limit?: number | null;
  thorough?: boolean;
}

export interface NewDevice {
  name: string;
}

export interface NewDownloads {
  title_id: number;
  episode_ids?: number[];
  quality?: number | null;
}

export interface NewEpisode {
  season?: number;
  number: number;
  name?: string | null;
  aired_at?: string | null;
  sources?: NewSource[];
}

export interface NewPassword {
  current?: string;
  password: string;
}

export interface NewProgress {
  position_s: number;
  duration_s?: number | null;
  finished?: boolean;
  watched_at?: string | null;
}

export interface NewSchedule {
  title_id: number;
  target_id?: number | null;
  choices?: Choices | null;
  download_first?: boolean;
}

export interface NewSource {
  url: string;
  quality?: number | null;
  definition?: string | null;
  language?: string | null;
}

export interface NewSubtitles {
  language: string;
  label?: string | null;
  text?: string | null;
  file?: string | null;
  url?: string | null;
  encoding?: "utf-8" | "utf-16" | "cp949" | "latin-1" | null;
}

export interface NewTitle {
  original_title?: string | null;
  year?: number | null;
  synopsis?: string | null;
  status?: "ongoing" | "completed" | null;
  language?: string | null;
  format?: string | null;
  score?: number | null;
  producer?: string | null;
  studio?: string | null;
  total_episodes?: number | null;
  duration?: string | null;
  release_date?: string | null;
  imdb_id?: string | null;
  tmdb_id?: string | null;
  anilist_id?: string | null;
  kind?: "series" | "movie";
  title: string;
  genres?: string[];
  rights?: "unknown" | "owned" | "licensed" | "public_domain";
  locked_fields?: ("title" | "original_title" | "kind" | "year" | "synopsis" | "genres" | "status" | "language" | "format" | "score" | "producer" | "studio" | "total_episodes" | "duration" | "release_date" | "rights" | "imdb_id" | "tmdb_id" | "anilist_id" | "poster_url")[];
}

export interface NewToken {
  name: string;
  scopes: ("read" | "play" | "scrape" | "operate" | "admin")[];
  days?: number | null;
}

export interface NewUser {
  username: string;
  role?: "viewer" | "operator" | "admin";
  invite?: boolean;
}

export interface OurNetwork {
  since: string | null;
  canaries_down: boolean;
  failing: string[];
}

export interface PasswordChanged {
  csrf_token: string;
}

export type PlaybackFault = "network" | "decode" | "stalled" | "expired" | "forbidden" | "unknown";

export interface PlayedDay {
  day: string;
  started: number;
  first_try: number;
  after_fallback: number;
  failed: number;
}

export interface Preferences {
  language: "en" | "id" | null;
  theme: "auto" | "light" | "dark";
  autoplay: boolean;
  kept: "account" | "browser";
}

export interface PreferencesEdit {
  language?: "en" | "id" | null;
  theme?: "auto" | "light" | "dark" | null;
  autoplay?: boolean | null;
}

export interface ProbeAsked {
  id: string;
  filter: ProbeConditions;
  state: "queued" | "running" | "done" | "failed";
  total: number;
  done: number;
  counts: Record<string, number>;
  states_before: Record<string, number>;
  states_after: Record<string, number>;
  error: string | null;
  requested_by: string;
  requested_at: string;
  started_at: string | null;
  finished_at: string | null;
  deduplicated: boolean;
}

export interface ProbeConditions {
  limit?: number | null;
  older_than_hours?: number | null;
  timeout_s?: number | null;
  host?: string | null;
  title?: string | null;
  episode_id?: number | null;
}

export interface ProbeFilter {
  limit?: number | null;
  older_than_hours?: number | null;
  timeout_s?: number | null;
  host?: string | null;
  title?: string | null;
  episode_id?: number | null;
}

export interface ProbeRun {
  id: string;
  filter: ProbeConditions;
  state: "queued" | "running" | "done" | "failed";
  total: number;
  done: number;
  counts: Record<string, number>;
  states_before: Record<string, number>;
  states_after: Record<string, number>;
  error: string | null;
  requested_by: string;
  requested_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export interface ProbeRuns {
  runs: ProbeRun[];
  hosts: HostTrouble[];
  own_network: OurNetwork;
}

export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: FieldProblem[] | null;
  retry_after?: number | null;
  retry_at?: string | null;
}

export interface Progress {
  episode_id: number;
  title_id: number;
  title: string;
  slug: string;
  kind: "series" | "movie";
  poster_url: string | null;
  season: number;
  number: number;
  position_s: number;
  duration_s: number | null;
  finished: boolean;
  watched_at: string;
}

export interface ProgressList {
  progress: Progress[];
  next: string | null;
}

export interface Reason {
  why: string;
}

export interface Refreshed {
  queued: number;
  deduplicated: number;
  without_source: number;
}

export interface Rehearsal {
  slots: Slot[];
  problems: string[];
}

export interface Reset {
  invite?: boolean;
}

export interface SavedList {
  titles: SavedTitle[];
  next: string | null;
}

export interface SavedTitle {
  title_id: number;
  slug: string;
  title: string;
  kind: "series" | "movie";
  year: number | null;
  poster_url: string | null;
  episode_count: number;
  live_links: number;
  first_episode_id: number | null;
  saved_at: string;
}

export interface Schedule {
  id: number;
  title_id: number;
  title: string;
  target_id: number;
  target: string;
  position: number;
  state: "active" | "paused" | "done" | "removed";
  choices: Choices;
  download_first: boolean;
  starts_at: string;
  requested_by: string | null;
  counts: Record<string, number>;
}

export interface ScheduleAsked {
  schedule_id: number;
  title: string;
  episodes: number;
  starts_at: string;
  repeated: boolean;
}

export interface ScheduleChange {
  action: "pause" | "resume" | "move";
  before?: number | null;
}

export interface ScheduleRemoved {
  removed: number;
  title: string;
}

export interface Schedules {
  schedules: Schedule[];
}

export interface ServerInfo {
  server_count: number;
  minimum: number;
  needs_force_scrape: boolean;
  message: string | null;
}

export interface SessionOpened {
  username: string;
  role: string;
  csrf_token: string;
}

export interface SettingsNow {
  revision: number;
  values: Tunables;
}

export interface SetupNeeded {
  needed: boolean;
}

export interface Slot {
  episode_id: number;
  season: number;
  number: string;
  video_title: string;
  planned_at: string | null;
  waits_for?: string | null;
  problems?: string[];
}

export type Sort = "newest" | "title" | "year" | "score" | "relevance";

export interface Source {
  id: number;
  episode_id: number;
  url: string;
  quality: number | null;
  definition: string;
  language: string | null;
  created_at: string;
  updated_at: string;
}

export interface SourceEdit {
  url?: string | null;
  quality?: number | null;
  definition?: string | null;
  language?: string | null;
}

export interface Sources {
  sources: Source[];
}

export interface Stretch {
  start_s: number;
  end_s: number;
}

export interface Subtitles {
  id: number;
  episode_id: number;
  language: string;
  label: string;
  url: string;
  size_bytes: number;
  created_at: string;
}

export interface SubtitlesList {
  subtitles: Subtitles[];
}

export interface Taken {
  counted: boolean;
}

export interface Target {
  id: number;
  name: string;
  kind: "dailymotion" | "peertube";
  settings: Record<string, unknown>;
  interval_s: number;
  state: "ready" | "paused" | "auth_paused" | "held";
  state_reason: string | null;
  quota_until: string | null;
  from_environment: boolean;
  tested_at: string | null;
  test_result: Record<string, unknown> | null;
  used_videos: number;
  used_minutes: number;
}

export interface TargetChange {
  action: "pause" | "resume";
}

export interface TargetForm {
  name: string;
  kind: "dailymotion" | "peertube";
  settings?: Record<string, unknown>;
  secrets?: Record<string, string> | null;
  interval_s?: number;
}

export interface TargetMade {
  target_id: number;
}

export interface TargetTest {
  works: boolean;
  account: string | null;
  channel: string | null;
  detail: string;
  code: string | null;
  limits: Record<string, unknown>;
}

export interface Targets {
  targets: Target[];
}

export interface Title {
  id: number;
  slug: string;
  kind: "series" | "movie";
  title: string;
  original_title: string | null;
  year: number | null;
  synopsis: string | null;
  genres: string[];
  status: "ongoing" | "completed" | null;
  language: string | null;
  format: string | null;
  score: number | null;
  producer: string | null;
  studio: string | null;
  total_episodes: number | null;
  duration: string | null;
  release_date: string | null;
  rights: "unknown" | "owned" | "licensed" | "public_domain";
  imdb_id: string | null;
  tmdb_id: string | null;
  anilist_id: string | null;
  locked_fields: string[];
  poster: string | null;
  poster_url: string | null;
  episode_count: number;
  created_at: string;
  updated_at: string;
}

export interface TitleEdit {
  original_title?: string | null;
  year?: number | null;
  synopsis?: string | null;
  status?: "ongoing" | "completed" | null;
  language?: string | null;
  format?: string | null;
  score?: number | null;
  producer?: string | null;
  studio?: string | null;
  total_episodes?: number | null;
  duration?: string | null;
  release_date?: string | null;
  imdb_id?: string | null;
  tmdb_id?: string | null;
  anilist_id?: string | null;
  kind?: "series" | "movie" | null;
  title?: string | null;
  genres?: string[] | null;
  rights?: "unknown" | "owned" | "licensed" | "public_domain" | null;
  poster_url?: string | null;
  locked_fields?: ("title" | "original_title" | "kind" | "year" | "synopsis" | "genres" | "status" | "language" | "format" | "score" | "producer" | "studio" | "total_episodes" | "duration" | "release_date" | "rights" | "imdb_id" | "tmdb_id" | "anilist_id" | "poster_url")[] | null;
}

export interface Titles {
  titles: ListedTitle[];
  next: string | null;
  total: number | null;
  meant: string | null;
}

export interface Token {
  id: number;
  name: string;
  created_at: string;
  last_used_at: string | null;
  scopes: ("read" | "play" | "scrape" | "operate" | "admin")[];
  expires_at: string | null;
}

export interface TokenList {
  tokens: Token[];
}

export interface TokenMade {
  id: number;
  name: string;
  created_at: string;
  last_used_at: string | null;
  scopes: ("read" | "play" | "scrape" | "operate" | "admin")[];
  expires_at: string | null;
  token: string;
}

export interface Trash {
  total: number;
  titles: TrashedTitle[];
  next: string | null;
}

export interface TrashedTitle {
  id: number;
  slug: string;
  title: string;
  kind: "series" | "movie";
  year: number | null;
  episodes: number;
  links: number;
  deleted_at: string;
  deleted_by: string | null;
  because: string | null;
  clean_run: string | null;
  purged_at: string;
}

export interface Tunables {
  link_ttl_hours?: number;
  sweep_interval_seconds?: number;
  refresh_policy?: "smart" | "always";
  refresh_paused?: boolean;
  popularity_half_life_days?: number;
  plays_worth_a_refresh?: number;
  unwatched_refresh_days?: number;
  scrapes_per_host_hour?: number;
  refresh_ahead_minutes?: number;
  force_scrape_cooldown_minutes?: number;
  min_servers_per_source?: number;
  min_servers_per_episode?: number;
  preferred_servers?: string[];
  probe_interval_minutes?: number;
  probe_idle_hours?: number;
  probe_timeout_seconds?: number;
  clean_interval_hours?: number;
  clean_grace_hours?: number;
  address_wait_seconds?: number;
  relay_at_home?: boolean;
  relay_servers?: string[];
  relays_at_once?: number;
  relays_per_client?: number;
  relay_rate_kib?: number;
  downloads_at_once?: number;
  download_rate_kib?: number;
  download_reserve_gib?: number;
  embed_hosts?: string[];
  qualities?: number[];
  viewing?: "open" | "members";
  scrapes_per_client_minute?: number;
  searches_per_client_minute?: number;
  sign_ins_per_client_minute?: number;
  default_definition?: string;
}

export interface Upload {
  id: string;
  schedule_id: number;
  target_id: number;
  target: string;
  title_id: number;
  title: string;
  episode_id: number;
  season: number;
  number: string;
  ordinal: number;
  status: "pending" | "uploading" | "completed" | "failed" | "skipped";
  state: UploadState;
  percent: number;
  planned_at: string | null;
  waits_for: string | null;
  tries: number;
  next_try_at: string | null;
  error_code: string | null;
  error_detail: string | null;
  bytes_sent: number;
  size_bytes: number | null;
  video_id: string | null;
  video_url: string | null;
  started_at: string | null;
  completed_at: string | null;
}

export interface UploadDecision {
  action: "retry" | "skip" | "insert_later";
}

export type UploadState = "planned" | "session" | "sending" | "sent" | "create_intent" | "created" | "publish_intent" | "published" | "encoding" | "live" | "quota_wait" | "unconfirmed" | "failed" | "needs_fix" | "skipped" | "rejected" | "removed";

export interface UploadStep {
  at: string;
  state: string;
  code: string | null;
  detail: string | null;
}

export interface UploadWhole {
  id: string;
  schedule_id: number;
  target_id: number;
  target: string;
  title_id: number;
  title: string;
  episode_id: number;
  season: number;
  number: string;
  ordinal: number;
  status: "pending" | "uploading" | "completed" | "failed" | "skipped";
  state: UploadState;
  percent: number;
  planned_at: string | null;
  waits_for: string | null;
  tries: number;
  next_try_at: string | null;
  error_code: string | null;
  error_detail: string | null;
  bytes_sent: number;
  size_bytes: number | null;
  video_id: string | null;
  video_url: string | null;
  started_at: string | null;
  completed_at: string | null;
  steps: UploadStep[];
}

export interface Uploads {
  uploads: Upload[];
  next: string | null;
}

export interface User {
  id: number;
  username: string;
  role: "viewer" | "operator" | "admin";
  must_change: boolean;
  disabled_at: string | null;
  last_sign_in_at: string | null;
  created_at: string;
  has_password: boolean;
}

export interface UserList {
  users: User[];
  next: number | null;
}

export interface UserMade {
  id: number;
  username: string;
  role: "viewer" | "operator" | "admin";
  must_change: boolean;
  disabled_at: string | null;
  last_sign_in_at: string | null;
  created_at: string;
  has_password: boolean;
  password?: string | null;
  invite_url?: string | null;
}

export type Visibility = "public" | "unlisted" | "private";

export interface WholeLetter {
  address: string;
  schema: string;
  id: number;
  service: string;
  consumer: string;
  event: string | null;
  event_id: string;
  code: string;
  detail: string | null;
  fingerprint: string | null;
  attempts: number;
  replays: number;
  state: "open" | "replayed" | "dropped";
  outcome: "open" | "dropped" | "died_again" | "handled" | "waiting" | "sent";
  note: string | null;
  decided_by: string | null;
  decided_at: string | null;
  died_again_as: string | null;
  handled_at: string | null;
  created_at: string;
  subject: string;
  headers: Record<string, string>;
  payload: JsonValue;
  raw_hex: string | null;
}

export interface Wish {
  dry_run?: boolean;
}

export interface Api {
  /** get_account: Account */
  "GET /api/v1/account": {
    answer: Account;
  };
  /** post_account_password: Password */
  "POST /api/v1/account/password": {
    body: NewPassword;
    answer: PasswordChanged;
  };
  /** post_account_sign_out: Sign Out Everywhere */
  "POST /api/v1/account/sign-out": {
    answer: null;
  };
  /** get_audit: Audit */
  "GET /api/v1/audit": {
    query?: { action?: string; actor?: string; before?: number | null; limit?: number; };
    answer: AuditLog;
  };
  /** get_catalogues: Catalogues */
  "GET /api/v1/catalogues": {
    answer: Catalogues;
  };
  /** post_catalogues: Add Catalogue */
  "POST /api/v1/catalogues": {
    body: NewCatalogue;
    answer: Catalogue;
  };
  /** get_catalogue: Catalogue */
  "GET /api/v1/catalogues/{catalogue_id}": {
    path: { catalogue_id: number; };
    answer: Catalogue;
  };
  /** post_catalogue_crawls: Crawl */
  "POST /api/v1/catalogues/{catalogue_id}/crawls": {
    path: { catalogue_id: number; };
    body?: NewCrawl | null;
    answer: CrawlAsked;
  };
  /** get_clean: Runs */
  "GET /api/v1/clean": {
    query?: { limit?: number; };
    answer: CleanRuns;
  };
  /** post_clean: Clean */
  "POST /api/v1/clean": {
    body?: Wish | null;
    answer: CleanRun;
  };
  /** get_clean_run: One */
  "GET /api/v1/clean/{run_id}": {
    path: { run_id: string; };
    answer: CleanRun;
  };
  /** post_clean_run_undo: Undo */
  "POST /api/v1/clean/{run_id}/undo": {
    path: { run_id: string; };
    answer: CleanUndone;
  };
  /** get_crawl: One Crawl */
  "GET /api/v1/crawls/{job_id}": {
    path: { job_id: string; };
    answer: Crawl;
  };
  /** get_dead_letters: Letters */
  "GET /api/v1/dead-letters": {
    query?: { state?: "open" | "replayed" | "dropped" | "all"; consumer?: string | null; code?: string | null; fingerprint?: string | null; limit?: number; cursor?: string | null; };
    answer: Letters;
  };
  /** get_dead_letter_letter: Letter */
  "GET /api/v1/dead-letters/{schema}/{letter_id}": {
    path: { schema: string; letter_id: string; };
    answer: WholeLetter;
  };
  /** post_dead_letter_letter_drop: Drop */
  "POST /api/v1/dead-letters/{schema}/{letter_id}/drop": {
    path: { schema: string; letter_id: string; };
    body: Reason;
    answer: WholeLetter;
  };
  /** post_dead_letter_letter_replay: Replay */
  "POST /api/v1/dead-letters/{schema}/{letter_id}/replay": {
    path: { schema: string; letter_id: string; };
    answer: WholeLetter;
  };
  /** get_definitions: Definitions */
  "GET /api/v1/definitions": {
    answer: Definitions;
  };
  /** get_definition: Definition */
  "GET /api/v1/definitions/{definition_id}": {
    path: { definition_id: string; };
    answer: Definition;
  };
  /** get_devices: Devices */
  "GET /api/v1/devices": {
    answer: DeviceList;
  };
  /** post_devices: Add Device */
  "POST /api/v1/devices": {
    body: NewDevice;
    answer: DeviceMade;
  };
  /** delete_device: Revoke Device */
  "DELETE /api/v1/devices/{device_id}": {
    path: { device_id: number; };
    answer: null;
  };
  /** get_downloads: Downloads */
  "GET /api/v1/downloads": {
    query?: { state?: "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled" | null; title_id?: number | null; limit?: number; cursor?: string | null; };
    answer: Downloads;
  };
  /** post_downloads: Request Files */
  "POST /api/v1/downloads": {
    body: NewDownloads;
    answer: DownloadsAsked;
  };
  /** post_downloads_bring: Bring */
  "POST /api/v1/downloads/bring": {
    body: BroughtFile;
    answer: MediaFile;
  };
  /** get_download: Download */
  "GET /api/v1/downloads/{download_id}": {
    path: { download_id: string; };
    answer: Download;
  };
  /** post_download_decide: Decide */
  "POST /api/v1/downloads/{download_id}/decide": {
    path: { download_id: string; };
    body: DownloadDecision;
    answer: Download;
  };
  /** delete_episode: Remove */
  "DELETE /api/v1/episodes/{episode_id}": {
    path: { episode_id: number; };
    answer: null;
  };
  /** get_episode: One */
  "GET /api/v1/episodes/{episode_id}": {
    path: { episode_id: number; };
    answer: Episode;
  };
  /** patch_episode: Edit */
  "PATCH /api/v1/episodes/{episode_id}": {
    path: { episode_id: number; };
    body: EpisodeEdit;
    answer: Episode;
  };
  /** get_episode_links: Of Episode */
  "GET /api/v1/episodes/{episode_id}/links": {
    path: { episode_id: number; };
    query?: { offered?: boolean | null; quality?: number | null; };
    answer: Links;
  };
  /** get_episode_live_state: Live State */
  "GET /api/v1/episodes/{episode_id}/live-state": {
    path: { episode_id: number; };
    answer: LiveState;
  };
  /** delete_episode_marks: Drop Episode */
  "DELETE /api/v1/episodes/{episode_id}/marks": {
    path: { episode_id: number; };
    answer: null;
  };
  /** get_episode_marks: Of Episode */
  "GET /api/v1/episodes/{episode_id}/marks": {
    path: { episode_id: number; };
    answer: Marks;
  };
  /** put_episode_marks: Put Episode */
  "PUT /api/v1/episodes/{episode_id}/marks": {
    path: { episode_id: number; };
    body: MarksEdit;
    answer: Marks;
  };
  /** get_episode_plays: Plays */
  "GET /api/v1/episodes/{episode_id}/plays": {
    path: { episode_id: number; };
    answer: EpisodePlays;
  };
  /** delete_episode_progress: Forget */
  "DELETE /api/v1/episodes/{episode_id}/progress": {
    path: { episode_id: number; };
    answer: null;
  };
  /** get_episode_progress: One */
  "GET /api/v1/episodes/{episode_id}/progress": {
    path: { episode_id: number; };
    answer: Progress;
  };
  /** put_episode_progress: Put */
  "PUT /api/v1/episodes/{episode_id}/progress": {
    path: { episode_id: number; };
    body: NewProgress;
    answer: Progress;
  };
  /** post_episode_refresh: Refresh */
  "POST /api/v1/episodes/{episode_id}/refresh": {
    path: { episode_id: number; };
    answer: JobAsked;
  };
  /** post_episode_scrape: Scrape */
  "POST /api/v1/episodes/{episode_id}/scrape": {
    path: { episode_id: number; };
    answer: JobAsked;
  };
  /** get_episode_sources: Of Episode */
  "GET /api/v1/episodes/{episode_id}/sources": {
    path: { episode_id: number; };
    answer: Sources;
  };
  /** post_episode_sources: Add */
  "POST /api/v1/episodes/{episode_id}/sources": {
    path: { episode_id: number; };
    body: NewSource;
    answer: Source;
  };
  /** get_episode_subtitles: Of Episode */
  "GET /api/v1/episodes/{episode_id}/subtitles": {
    path: { episode_id: number; };
    answer: SubtitlesList;
  };
  /** post_episode_subtitles: Add */
  "POST /api/v1/episodes/{episode_id}/subtitles": {
    path: { episode_id: number; };
    body: NewSubtitles;
    answer: Subtitles;
  };
  /** get_genres: Genres */
  "GET /api/v1/genres": {
    answer: Genres;
  };
  /** get_jobs: Jobs */
  "GET /api/v1/jobs": {
    query?: { state?: "queued" | "running" | "succeeded" | "partial" | "failed" | "cancelled" | null; kind?: "scrape" | "crawl" | null; episode_id?: number | null; title_id?: number | null; catalogue_id?: number | null; limit?: number; cursor?: string | null; };
    answer: Jobs;
  };
  /** get_job: Job */
  "GET /api/v1/jobs/{job_id}": {
    path: { job_id: string; };
    answer: Job | JobBrief;
  };
  /** post_job_cancel: Cancel */
  "POST /api/v1/jobs/{job_id}/cancel": {
    path: { job_id: string; };
    answer: JobAnswer;
  };
  /** post_job_retry: Retry */
  "POST /api/v1/jobs/{job_id}/retry": {
    path: { job_id: string; };
    answer: JobAsked;
  };
  /** get_live: Live */
  "GET /api/v1/live": {
    query?: { episode?: number | null; job?: string | null; jobs?: string | null; };
    answer: null;
  };
  /** get_me_list: Mine */
  "GET /api/v1/me/list": {
    query?: { limit?: number; cursor?: string | null; };
    answer: SavedList;
  };
  /** delete_me_list_title: Remove */
  "DELETE /api/v1/me/list/{title_id}": {
    path: { title_id: number; };
    answer: null;
  };
  /** get_me_list_title: One */
  "GET /api/v1/me/list/{title_id}": {
    path: { title_id: number; };
    answer: SavedTitle;
  };
  /** put_me_list_title: Put */
  "PUT /api/v1/me/list/{title_id}": {
    path: { title_id: number; };
    answer: SavedTitle;
  };
  /** get_me_preferences: Preferences */
  "GET /api/v1/me/preferences": {
    answer: Preferences;
  };
  /** patch_me_preferences: Edit */
  "PATCH /api/v1/me/preferences": {
    body: PreferencesEdit;
    answer: Preferences;
  };
  /** post_plays: Plays */
  "POST /api/v1/plays": {
    body: Beacon;
    answer: Taken;
  };
  /** get_probes: Runs */
  "GET /api/v1/probes": {
    query?: { limit?: number; };
    answer: ProbeRuns;
  };
  /** post_probes: Probe */
  "POST /api/v1/probes": {
    body: ProbeFilter;
    answer: ProbeAsked;
  };
  /** get_probe: Run */
  "GET /api/v1/probes/{run_id}": {
    path: { run_id: string; };
    answer: ProbeRun;
  };
  /** delete_progress: Forget All */
  "DELETE /api/v1/progress": {
    answer: null;
  };
  /** get_progress: Watched */
  "GET /api/v1/progress": {
    query?: { limit?: number; cursor?: string | null; };
    answer: ProgressList;
  };
  /** post_session: Open Session */
  "POST /api/v1/session": {
    body: Credentials;
    answer: SessionOpened;
  };
  /** get_settings: Settings */
  "GET /api/v1/settings": {
    answer: SettingsNow;
  };
  /** patch_settings: Change Settings */
  "PATCH /api/v1/settings": {
    body: { link_ttl_hours?: number; sweep_interval_seconds?: number; refresh_policy?: "smart" | "always"; refresh_paused?: boolean; popularity_half_life_days?: number; plays_worth_a_refresh?: number; unwatched_refresh_days?: number; scrapes_per_host_hour?: number; refresh_ahead_minutes?: number; force_scrape_cooldown_minutes?: number; min_servers_per_source?: number; min_servers_per_episode?: number; preferred_servers?: string[]; probe_interval_minutes?: number; probe_idle_hours?: number; probe_timeout_seconds?: number; clean_interval_hours?: number; clean_grace_hours?: number; address_wait_seconds?: number; relay_at_home?: boolean; relay_servers?: string[]; relays_at_once?: number; relays_per_client?: number; relay_rate_kib?: number; downloads_at_once?: number; download_rate_kib?: number; download_reserve_gib?: number; embed_hosts?: string[]; qualities?: number[]; viewing?: "open" | "members"; scrapes_per_client_minute?: number; searches_per_client_minute?: number; sign_ins_per_client_minute?: number; default_definition?: string; };
    answer: SettingsNow;
  };
  /** get_setup: Setup Needed */
  "GET /api/v1/setup": {
    answer: SetupNeeded;
  };
  /** delete_source: Remove */
  "DELETE /api/v1/sources/{source_id}": {
    path: { source_id: number; };
    answer: null;
  };
  /** get_source: One */
  "GET /api/v1/sources/{source_id}": {
    path: { source_id: number; };
    answer: Source;
  };
  /** patch_source: Edit */
  "PATCH /api/v1/sources/{source_id}": {
    path: { source_id: number; };
    body: SourceEdit;
    answer: Source;
  };
  /** delete_subtitle: Remove */
  "DELETE /api/v1/subtitles/{subtitles_id}": {
    path: { subtitles_id: number; };
    answer: null;
  };
  /** get_titles: Titles */
  "GET /api/v1/titles": {
    query?: { q?: string; kind?: "series" | "movie" | null; genre?: string | null; year?: number | null; language?: string | null; status?: "ongoing" | "completed" | null; sort?: Sort | null; limit?: number; cursor?: string | null; };
    answer: Titles;
  };
  /** post_titles: Add */
  "POST /api/v1/titles": {
    body: NewTitle;
    answer: Title;
  };
  /** delete_title: Put */
  "DELETE /api/v1/titles/{title_id}": {
    path: { title_id: number; };
    query?: { reason?: string | null; };
    answer: InTrash;
  };
  /** get_title: One */
  "GET /api/v1/titles/{title_id}": {
    path: { title_id: number; };
    answer: Title;
  };
  /** patch_title: Edit */
  "PATCH /api/v1/titles/{title_id}": {
    path: { title_id: number; };
    body: TitleEdit;
    answer: Title;
  };
  /** get_title_episodes: Of Title */
  "GET /api/v1/titles/{title_id}/episodes": {
    path: { title_id: number; };
    query?: { limit?: number; cursor?: string | null; };
    answer: Episodes;
  };
  /** post_title_episodes: Add */
  "POST /api/v1/titles/{title_id}/episodes": {
    path: { title_id: number; };
    body: NewEpisode;
    answer: Episode;
  };
  /** get_title_marks: Of Title */
  "GET /api/v1/titles/{title_id}/marks": {
    path: { title_id: number; };
    answer: Marks;
  };
  /** put_title_marks: Put Title */
  "PUT /api/v1/titles/{title_id}/marks": {
    path: { title_id: number; };
    body: MarksEdit;
    answer: Marks;
  };
  /** post_title_refresh: Refresh */
  "POST /api/v1/titles/{title_id}/refresh": {
    path: { title_id: number; };
    query?: { limit?: number; };
    answer: Refreshed;
  };
  /** post_title_restore: Restore */
  "POST /api/v1/titles/{title_id}/restore": {
    path: { title_id: number; };
    answer: InTrash;
  };
  /** get_tokens: Tokens */
  "GET /api/v1/tokens": {
    answer: TokenList;
  };
  /** post_tokens: Add Token */
  "POST /api/v1/tokens": {
    body: NewToken;
    answer: TokenMade;
  };
  /** delete_token: Revoke Token */
  "DELETE /api/v1/tokens/{token_id}": {
    path: { token_id: number; };
    answer: null;
  };
  /** get_trash: Trash */
  "GET /api/v1/trash": {
    query?: { limit?: number; cursor?: string | null; };
    answer: Trash;
  };
  /** get_upload_schedules: Schedules */
  "GET /api/v1/upload-schedules": {
    query?: { ended?: boolean; limit?: number; };
    answer: Schedules;
  };
  /** post_upload_schedules: Add */
  "POST /api/v1/upload-schedules": {
    body: NewSchedule;
    answer: ScheduleAsked;
  };
  /** post_upload_schedules_rehearse: Rehearse */
  "POST /api/v1/upload-schedules/rehearse": {
    body: NewSchedule;
    answer: Rehearsal;
  };
  /** delete_upload_schedule: Remove */
  "DELETE /api/v1/upload-schedules/{schedule_id}": {
    path: { schedule_id: number; };
    answer: ScheduleRemoved;
  };
  /** get_upload_schedule: Schedule */
  "GET /api/v1/upload-schedules/{schedule_id}": {
    path: { schedule_id: number; };
    answer: Schedule;
  };
  /** post_upload_schedule_change: Change */
  "POST /api/v1/upload-schedules/{schedule_id}/change": {
    path: { schedule_id: number; };
    body: ScheduleChange;
    answer: Schedule;
  };
  /** get_upload_targets: Targets */
  "GET /api/v1/upload-targets": {
    answer: Targets;
  };
  /** post_upload_targets: Add */
  "POST /api/v1/upload-targets": {
    body: TargetForm;
    answer: TargetMade;
  };
  /** delete_upload_target: Remove */
  "DELETE /api/v1/upload-targets/{target_id}": {
    path: { target_id: number; };
    answer: null;
  };
  /** put_upload_target: Change */
  "PUT /api/v1/upload-targets/{target_id}": {
    path: { target_id: number; };
    body: TargetForm;
    answer: TargetMade;
  };
  /** post_upload_target_change: Pause */
  "POST /api/v1/upload-targets/{target_id}/change": {
    path: { target_id: number; };
    body: TargetChange;
    answer: TargetMade;
  };
  /** post_upload_target_test: Test */
  "POST /api/v1/upload-targets/{target_id}/test": {
    path: { target_id: number; };
    answer: TargetTest;
  };
  /** get_uploads: Uploads */
  "GET /api/v1/uploads": {
    query?: { status?: "pending" | "uploading" | "completed" | "failed" | "skipped" | null; title_id?: number | null; target_id?: number | null; schedule_id?: number | null; limit?: number; cursor?: string | null; };
    answer: Uploads;
  };
  /** get_upload: Upload */
  "GET /api/v1/uploads/{upload_id}": {
    path: { upload_id: string; };
    answer: UploadWhole;
  };
  /** post_upload_decide: Decide */
  "POST /api/v1/uploads/{upload_id}/decide": {
    path: { upload_id: string; };
    body: UploadDecision;
    answer: UploadWhole;
  };
  /** get_users: Users */
  "GET /api/v1/users": {
    query?: { after?: number; limit?: number; };
    answer: UserList;
  };
  /** post_users: Add */
  "POST /api/v1/users": {
    body: NewUser;
    answer: UserMade;
  };
  /** get_user: One */
  "GET /api/v1/users/{user_id}": {
    path: { user_id: number; };
    answer: User;
  };
  /** patch_user: Change */
  "PATCH /api/v1/users/{user_id}": {
    path: { user_id: number; };
    body: Change;
    answer: User;
  };
  /** post_user_reset: Reset User */
  "POST /api/v1/users/{user_id}/reset": {
    path: { user_id: number; };
    body?: Reset | null;
    answer: UserMade;
  };
}
