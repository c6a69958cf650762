//! Arguments, then the library.

use std::process::ExitCode;

/// A page allocates some thousand small texts: the system's allocator took a tenth of its time. Without huge pages
/// (`no_thp`): they gained nothing and held three times the memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    switchboard::cli::main()
}
