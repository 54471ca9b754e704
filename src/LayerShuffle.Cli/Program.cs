using LayerShuffle.Cli;

return CommandLine.Run(args);
