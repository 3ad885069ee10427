//! The databases that people have: other locales and encodings, rights that are missing, timeouts, and places where
//! there is no database at all.

mod fitness;
mod leases;
mod locales;
mod plans;
mod reach;
