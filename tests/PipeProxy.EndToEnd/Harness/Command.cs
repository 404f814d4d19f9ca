using System.Diagnostics;

namespace PipeProxy.EndToEnd.Harness;

/// <summary>What a finished command line program said.</summary>
internal sealed record CommandResult(string Line, int ExitCode, string Output, string Error)
{
    /// <summary>Its standard output without white space at the ends; fails with all it said when it did not end with 0.</summary>
    public string Expect() => ExitCode == 0
        ? Output.Trim()
        : throw new InvalidOperationException($"`{Line}` ended with {ExitCode}:\n{Output}{Error}");
}

/// <summary>Runs a command line program to its end.</summary>
internal static class Command
{
    private static readonly TimeSpan s_defaultLimit = TimeSpan.FromMinutes(3);

    /// <summary>Starts <paramref name="file"/> without a shell and reads both outputs.</summary>
    /// <param name="file">A path, or a name that is on PATH.</param>
    /// <param name="arguments">Passed as they are.</param>
    /// <param name="folder">Its working directory.</param>
    /// <param name="limit">Killed, with its children, after that long (3 minutes).</param>
    /// <exception cref="TimeoutException">It was killed.</exception>
    public static async Task<CommandResult> RunAsync(
        string file, IReadOnlyList<string> arguments, string? folder = null, TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        string line = $"{file} {string.Join(' ', arguments)}";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"`{line}` did not start");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(limit ?? s_defaultLimit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"`{line}` did not end within {limit ?? s_defaultLimit}");
        }

        return new CommandResult(line, process.ExitCode, await output, await error);
    }

    /// <summary>Where a program of this name is on PATH; null when it is not there.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
