"""Small git histories whose "kernel" is a C program that prints consoles captured from real kernels."""
