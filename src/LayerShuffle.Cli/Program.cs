using LayerShuffle.Cli;
using LayerShuffle.Cli.Commands;
using LayerShuffle.Supervision;

Startup.Shorten(args);
ThreadWaits.Shorten(); // first of all: libtorch's OpenMP reads it once
return CommandLine.Run(args);
