using System.Diagnostics;

namespace Sotto.Contract.Tests;

/// <summary>What <c>./run</c> says to a newcomer.</summary>
public sealed class RunScriptTests
{
    [Fact, Rule("O7")]
    public async Task Without_the_SDK_it_says_in_one_sentence_what_to_install()
    {
        var tools = Directory.CreateTempSubdirectory("sotto-tools-");
        try
        {
            foreach (var tool in new[] { "bash", "env", "dirname" })
            {
                File.CreateSymbolicLink(Path.Combine(tools.FullName, tool), Path.Combine("/usr/bin", tool));
            }

            var start = new ProcessStartInfo("/usr/bin/env", ["bash", Repository.At("run")]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
            start.Environment["PATH"] = tools.FullName;
            using var run = Process.Start(start)!;
            var output = run.StandardOutput.ReadToEndAsync();
            var errors = await run.StandardError.ReadToEndAsync();
            await run.WaitForExitAsync();
            Assert.Equal((1, ""), (run.ExitCode, await output));
            Assert.Equal("Sotto needs the .NET 10 SDK: install the package dotnet-sdk-10.0, or take it from https://dot.net.\n", errors);
        }
        finally
        {
            tools.Delete(recursive: true);
        }
    }
}
