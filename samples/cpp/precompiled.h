// Precompiled, as it takes longer than all of a sample's own code. Each source still includes what it uses.
#pragma once

#include <windows.h>

#include <CLI/CLI.hpp>
