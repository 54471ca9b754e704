// worker: a worker that does what its settings say. node …: a supervisor that starts such workers. run N: a coordinator with N local supervisors.
return args switch
{
    ["worker"] => StandInWorker.Run(),
    ["node", .. var options] => await StandInNode.RunAsync(options),
    ["run", var count] => await StandInCoordinator.RunAsync(int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)),
    _ => throw new ArgumentException($"Unknown arguments: {string.Join(' ', args)}"),
};
