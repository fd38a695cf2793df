"""Tests of the manifests with real servers."""
