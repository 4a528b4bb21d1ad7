//! audit.log on disk: written, rotated, read.
