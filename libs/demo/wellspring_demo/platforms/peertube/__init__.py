"""What an account does on the PeerTube: resumable uploads, its own videos, its playlists."""
