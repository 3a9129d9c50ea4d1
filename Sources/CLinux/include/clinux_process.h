// Starting, waiting for and signalling processes.
#ifndef CLINUX_PROCESS_H
#define CLINUX_PROCESS_H

#endif
