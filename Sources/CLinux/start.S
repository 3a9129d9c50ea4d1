// Where the kernel enters kinkajou and kinkajou-init (the linker's option -e): all signals are blocked by the first
// instructions, before the C library's start-up, whose relocations and page faults are most of the time in which the
// kernel would throw a PID 1's signals away. The function before main (early.c) judges, and gives back.
//
// In a program with a dynamic linker that function has run before; then nothing is done here.

#if defined(__x86_64__)

    .text
    .globl clinux_start
    .type clinux_start, @function
clinux_start:
    cmpb $0, clinux_early_has_run(%rip)
    jne 1f
    // The C library takes what rdx holds here for a function to be run at the end.
    movq %rdx, %r8
    movl $14, %eax                              // rt_sigprocmask
    movl $2, %edi                               // SIG_SETMASK
    leaq every_signal(%rip), %rsi
    leaq clinux_first_mask(%rip), %rdx
    movl $8, %r10d
    syscall
    testq %rax, %rax
    sete clinux_first_blocked(%rip)
    movq %r8, %rdx
1:  jmp _start
    .size clinux_start, . - clinux_start

#elif defined(__aarch64__)

    .text
    .globl clinux_start
    .type clinux_start, %function
clinux_start:
    adrp x9, clinux_early_has_run
    ldrb w9, [x9, :lo12:clinux_early_has_run]
    cbnz w9, 1f
    // The C library takes what x0 holds here for a function to be run at the end.
    mov x12, x0
    mov x8, #135                                // rt_sigprocmask
    mov x0, #2                                  // SIG_SETMASK
    adrp x1, every_signal
    add x1, x1, :lo12:every_signal
    adrp x2, clinux_first_mask
    add x2, x2, :lo12:clinux_first_mask
    mov x3, #8
    svc #0
    cmp x0, #0
    cset w9, eq
    adrp x10, clinux_first_blocked
    strb w9, [x10, :lo12:clinux_first_blocked]
    mov x0, x12
1:  b _start
    .size clinux_start, . - clinux_start

#else

    // Elsewhere the function before main is the first.
    .text
    .globl clinux_start
    .set clinux_start, _start

#endif

    .section .rodata
    .balign 8
every_signal:
    .quad -1

    .section .note.GNU-stack, "", %progbits
