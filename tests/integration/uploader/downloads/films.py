"""Small films, made once a run: one file, and segments of it in every form that playlists come in."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from wellspring_uploader.adapters.ffmpeg_child import ffmpeg_binary


@dataclass(frozen=True)
class Films:
    """Where they are. Two films of the same size differ in their content."""

    folder: Path

    @property
    def one(self) -> bytes:
        """A film in one MP4, padded to 600 KiB so that its samples do not overlap."""
        return (self.folder / "one.mp4").read_bytes()

    @property
    def other(self) -> bytes:
        """Another film of exactly that size."""
        return (self.folder / "other.mp4").read_bytes()

    @property
    def mangled(self) -> bytes:
        """The first film with zeros in the middle and all its headers: it opens as if it were whole."""
        return mangled(self.one)

    def segments(self, kind: str) -> dict[str, bytes]:
        """Return the files of a stream by their names: `ts`, `fmp4`, `aes` or `apart`."""
        return {path.name: path.read_bytes() for path in (self.folder / kind).iterdir()}


def make(folder: Path) -> Films:
    """Make them."""
    size = 600 * 1024
    for name, tone in (("one", 220), ("other", 330)):
        path = folder / f"{name}.mp4"
        _ffmpeg(*_picture(tone), "-movflags", "+faststart", str(path))
        data = path.read_bytes()
        gap = size - len(data) - 8
        assert gap > 0, len(data)
        noise = bytes((position * tone) % 251 for position in range(gap))
        path.write_bytes(data + (gap + 8).to_bytes(4, "big") + b"free" + noise)
    (folder / "ts").mkdir()
    _ffmpeg(*_picture(220), *_hls(folder / "ts"), str(folder / "ts" / "list.m3u8"))
    (folder / "fmp4").mkdir()
    fragments = ("-hls_segment_type", "fmp4", "-hls_segment_filename", str(folder / "fmp4" / "s%d.m4s"))
    _ffmpeg(*_picture(220), *_hls(None), *fragments, str(folder / "fmp4" / "list.m3u8"))
    (folder / "aes").mkdir()
    (folder / "aes" / "film.key").write_bytes(bytes(range(16)))
    (folder / "key.info").write_text(f"film.key\n{folder / 'aes' / 'film.key'}\n")
    key = ("-hls_key_info_file", str(folder / "key.info"))
    _ffmpeg(*_picture(220), *key, *_hls(folder / "aes"), str(folder / "aes" / "list.m3u8"))
    (folder / "apart").mkdir()
    for name, stream in (("picture", "0:v"), ("sound", "1:a")):
        alone = (*_picture(220), "-map", stream, *_hls(folder / "apart", name))
        _ffmpeg(*alone, str(folder / "apart" / f"{name}.m3u8"))
    (folder / "apart" / "list.m3u8").write_text(
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="aac",NAME="de",DEFAULT=YES,URI="sound.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=100000,RESOLUTION=128x72,AUDIO="aac"\npicture.m3u8\n'
    )
    return Films(folder)


def mangled(film: bytes) -> bytes:
    """Return an MP4 with zeros for the middle third of its samples, and all its headers."""
    begin = film.index(b"mdat") + 4
    length = int.from_bytes(film[begin - 8 : begin - 4], "big") - 8
    since, until = begin + length // 3, begin + 2 * length // 3
    return film[:since] + bytes(until - since) + film[until:]


def _picture(tone: int) -> tuple[str, ...]:
    video = ("-f", "lavfi", "-i", "testsrc=size=128x72:rate=5:duration=8")
    sound = ("-f", "lavfi", "-i", f"sine=frequency={tone}:duration=8")
    coded = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-c:a", "aac", "-b:a", "32k")
    return (*video, *sound, *coded, "-shortest")


def _hls(folder: Path | None, name: str = "s") -> tuple[str, ...]:
    names = () if folder is None else ("-hls_segment_filename", str(folder / f"{name}%d.ts"))
    return ("-f", "hls", "-hls_time", "1", "-hls_list_size", "0", *names)


def _ffmpeg(*arguments: str) -> None:
    command = [ffmpeg_binary(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y", *arguments]
    subprocess.run(command, check=True)
