//! Queries over the log: rausearch and raureport.
