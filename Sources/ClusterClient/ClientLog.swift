internal import Logging

/// The log of this module: tunnels, programs, and what comes from the agent.
let log = Logger(label: "kinkajou.client")
