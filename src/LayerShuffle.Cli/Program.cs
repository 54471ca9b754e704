using LayerShuffle.Cli.Commands;
using LayerShuffle.Supervision;

ThreadWaits.Shorten(); // first of all: libtorch's OpenMP reads it once
return CommandLine.Run(args);
