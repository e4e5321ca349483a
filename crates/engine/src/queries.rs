//! Every named query of the engine, made from the `queries.sql` files by the build script.

use throughline_storage::Query;

include!(concat!(env!("OUT_DIR"), "/queries.rs"));
