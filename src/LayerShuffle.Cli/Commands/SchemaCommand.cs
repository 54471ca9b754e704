using System.CommandLine;
using LayerShuffle.Scenarios;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>schema</c>: the JSON schema of the scenario language, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create(TextWriter output)
    {
        var command = new Command("schema", "Prints the JSON schema of the scenario language.");
        command.SetAction(_ =>
        {
            output.WriteLine(JsonSchemaWriter.Write());
            return ExitCodes.Done;
        });
        return command;
    }
}
