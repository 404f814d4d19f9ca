using System.Runtime.CompilerServices;
using PipeProxy.Cli;

namespace PipeProxy.Tests.Cli;

public class FlagReferenceTests
{
    [Fact]
    public void Markdown_ThePageInDocs_IsWhatTheTableSays()
    {
        string page = Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "flags.md");
        Assert.True(
            File.ReadAllText(page) == FlagReference.Markdown(),
            "docs/flags.md has drifted: write it anew with `dotnet run --project src/PipeProxy -- help --markdown > docs/flags.md`");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
