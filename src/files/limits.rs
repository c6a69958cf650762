//! What each channel takes, so that a file is refused with a reason before anybody waits for it.

/// Bytes of a megabyte, as people count them.
const MB: u64 = 1024 * 1024;

/// Which types are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Everything; what is no picture is only ever a download.
    Anything,
    /// Pictures, PDF, office files, text, zip.
    Documents,
}

/// Sizes and types of one channel.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files of one message.
    pub total: u64,
    /// Files of one message.
    pub count: usize,
    pub takes: Takes,
}

impl Limits {
    /// The limits of a channel kind, by its word in the database.
    pub fn of(kind: &str) -> Self {
        let (file, total, takes) = match kind {
            "web_chat" => (20 * MB, 100 * MB, Takes::Documents),
            "app" => (20 * MB, 100 * MB, Takes::Anything),
            // In all, and what is attached grows by a third on its way.
            "email" => (25 * MB, 25 * MB, Takes::Anything),
            "whatsapp" => (100 * MB, 100 * MB, Takes::Anything),
            _ => (50 * MB, 100 * MB, Takes::Anything),
        };
        Self { file, total, count: 10, takes }
    }

    /// Whether a file of this type may pass.
    pub fn takes(&self, content_type: &str) -> bool {
        self.takes == Takes::Anything || DOCUMENTS.contains(&content_type)
    }
}

const DOCUMENTS: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/bmp",
    "image/tiff",
    "image/heif",
    "image/avif",
    "application/pdf",
    "application/rtf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/zip",
    "text/plain",
    "text/csv",
];
