//! Seeing what is somebody else's.
