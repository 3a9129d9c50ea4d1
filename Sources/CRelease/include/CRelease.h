#ifndef KINKAJOU_CRELEASE_H
#define KINKAJOU_CRELEASE_H

/// What is said when the program is built, by variables that Package.swift reads: Swift has no constants from outside.

/// The registry that the images of this build are in, with a path if need be, such as "registry.example.com/ci"; empty:
/// none (`KINKAJOU_REGISTRY`).
const char *crelease_registry(void);

#endif
