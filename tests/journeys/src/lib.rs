//! Stories live in tests/.
