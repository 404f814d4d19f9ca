using System.Security.Cryptography;

namespace PipeProxy.EndToEnd.Self;

/// <summary>The report's compose file is the contract: it must stay as it was found.</summary>
public sealed class SeedFileTests
{
    [Fact]
    public void ComposeFile_AsInTheReport_IsUnchanged()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Stack/docker-compose2.yml"));

        Assert.Equal("c97d3ea92eb0aeead6b1f408ac91cf29f2a8921d24436fc7bbe61b9b63032f6f", Convert.ToHexStringLower(SHA256.HashData(file)));
    }
}
