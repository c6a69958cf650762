//! Nothing but `micro.rs`: `cargo bench -p switchboard-micro`.
