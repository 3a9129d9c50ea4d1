internal import Logging

/// The log of this module: requests, retries and reconnects, with no query, header or body in it.
let log = Logger(label: "kinkajou.kubernetes")
