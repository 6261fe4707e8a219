//! The issuing states of machine-readable zones: ISO 3166-1 alpha-3 and the codes that ICAO Doc 9303 part 3 section 5 adds.

/// The 249 codes of ISO 3166-1: alpha-3 and alpha-2, ascending.
const CODES: &str = "\
    ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI \
    BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT \
    BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU \
    CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET \
    FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR \
    GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR \
    IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB \
    LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH \
    MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE \
    NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL \
    PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ \
    SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC \
    TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY \
    USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW";

/// The alpha-2 code of an issuing state as a zone names it, without fillers. `None` for what is no country: organisations, stateless
/// persons, the specimen's Utopia, and any code that neither list has.
pub(super) fn alpha_2(state: &str) -> Option<&'static str> {
    match state {
        "D" => Some("DE"),
        // The United Kingdom has a code for each kind of nationality, and documents that name it as their issuer.
        "GBD" | "GBN" | "GBO" | "GBP" | "GBS" => Some("GB"),
        _ => CODES
            .split(' ')
            .filter_map(|code| code.split_at_checked(3))
            .find_map(|(alpha_3, alpha_2)| (alpha_3 == state).then_some(alpha_2)),
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// The digest is of the lists of two Python packages that agree, `pycountry` 26.2.16 (Debian's iso-codes) and `iso3166` (without
    /// its XKX, which is not of the standard): sorted lines of alpha-3, a colon and alpha-2, joined by spaces.
    #[test]
    fn the_list_is_complete() {
        let codes: Vec<_> = CODES.split(' ').map(|code| code.split_at(3)).collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted());
        let mut alpha_2s: Vec<_> = codes.iter().map(|(_, alpha_2)| alpha_2).collect();
        alpha_2s.sort_unstable();
        alpha_2s.dedup();
        assert_eq!(alpha_2s.len(), 249);
        let lines: Vec<_> = codes.iter().map(|(a, b)| format!("{a}:{b}")).collect();
        let digest = crate::hex(&Sha256::digest(lines.join(" ")));
        assert_eq!(
            digest,
            "232da319b7ea484e68051ba74dfa2eb7487dd1b561bb6869da85e8479546a707"
        );
    }

    #[test]
    fn what_is_no_country_has_none() {
        for (state, expected) in [
            ("CHN", Some("CN")),
            ("ABW", Some("AW")),
            ("ZWE", Some("ZW")),
            ("D", Some("DE")),
            ("DEU", Some("DE")),
            ("GBR", Some("GB")),
            ("GBD", Some("GB")),
            ("UTO", None),
            ("UNO", None),
            ("EUE", None),
            ("XXA", None),
            ("CH", None),
            ("CHNC", None),
            ("chn", None),
            ("", None),
        ] {
            assert_eq!(alpha_2(state), expected, "{state}");
        }
    }
}
