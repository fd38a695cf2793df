#!/bin/sh
# Builds an ffmpeg of 10 MB from Debian's source, for images: it reads films, decodes them and packs streams
# into one file. It encodes nothing and knows no network. Usage: ffmpeg.sh FOLDER
set -eu
folder=$1

. /etc/os-release
for part in "debian $VERSION_CODENAME" "debian $VERSION_CODENAME-updates" "debian-security $VERSION_CODENAME-security"; do
  echo "deb-src http://deb.debian.org/$part main"
done > /etc/apt/sources.list.d/source.list
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  dpkg-dev gcc libc6-dev libdav1d-dev make nasm pkg-config zlib1g-dev > /dev/null
mkdir -p "$folder" /tmp/ffmpeg
cd /tmp/ffmpeg
apt-get source -qq ffmpeg > /dev/null
cd ffmpeg-*/
# What may be opened is what the uploader allows: FORMATS in wellspring_uploader/adapters/ffmpeg.py.
./configure --disable-everything --disable-autodetect --disable-network --disable-avdevice --disable-doc \
  --disable-debug --disable-ffplay --disable-ffprobe --disable-swscale --enable-zlib --enable-libdav1d \
  --enable-bsfs --enable-parsers --optflags=-O2 \
  --enable-protocol=file,pipe \
  --enable-demuxer=mov,matroska,mpegts,mpegps,avi,flv,ogg,asf,aac,mp3 \
  --enable-muxer=mp4,mpegts,matroska,null,framecrc \
  --enable-decoder=libdav1d,h264,hevc,vp8,vp9,mpeg1video,mpeg2video,mpeg4,msmpeg4v1,msmpeg4v2,msmpeg4v3,h263,flv \
  --enable-decoder=vp6f,theora,vc1,wmv1,wmv2,wmv3,mjpeg,png \
  --enable-decoder=aac,aac_latm,mp1,mp2,mp3,ac3,eac3,dca,truehd,opus,vorbis,flac,alac,speex,wmav1,wmav2,wmapro \
  --enable-decoder=pcm_s16le,pcm_s16be,pcm_s24le,pcm_u8 \
  --enable-encoder=wrapped_avframe,pcm_s16le \
  --enable-filter=null,anull,format,aformat,aresample,trim,atrim,transpose,hflip,vflip,rotate > configure.log
make -s -j"$(nproc)" ffmpeg > make.log 2>&1 || { tail -30 make.log; exit 1; }
strip -o "$folder/ffmpeg" ffmpeg
