using System.CommandLine;
using LayerShuffle.Runs.Failures;
using LayerShuffle.Scenarios.Language;

namespace LayerShuffle.Cli.Commands;

/// <summary><c>schema</c>: the JSON schema of the scenario language, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create(TextWriter output)
    {
        var table = new Option<bool>("--table") { Description = "Prints every key with its values, default and meaning instead, as tables in Markdown." };
        var command = new Command("schema", "Prints the JSON schema of the scenario language, or its keys as tables (--table).") { table };
        command.SetAction(parsed =>
        {
            output.WriteLine(parsed.GetValue(table) ? KeyTable.Write().TrimEnd() : JsonSchemaWriter.Write());
            return ExitCodes.Done;
        });
        return command;
    }
}
