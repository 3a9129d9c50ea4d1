#include "CRelease.h"

#ifndef KINKAJOU_REGISTRY
#define KINKAJOU_REGISTRY ""
#endif

const char *crelease_registry(void) { return KINKAJOU_REGISTRY; }
