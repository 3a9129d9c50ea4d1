// Capabilities, resource limits and other privileges of the calling process.
#ifndef CLINUX_PRIVILEGE_H
#define CLINUX_PRIVILEGE_H

#endif
