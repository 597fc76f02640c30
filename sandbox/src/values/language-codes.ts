/**
 * The codes of ISO 639-3 (SIL International), grouped by their first two letters: `aaab-e` is aaa, aab, aac, aad and
 * aae.
 */
const GROUPS = `
aaa-ikln-uwxz aba-z acabd-fhik-np-z adabd-jlnoq-uw-z aea-ek-nq-suwyz afbdeg-ikn-pr-uz
aga-oq-z ahabg-ik-pr-t aia-rtw-y ajaginsuwz aka-mo-z alac-fh-uw-z ama-ce-z ana-z
aoa-gi-nr-uxz apb-z aqcdgkmnprtz ara-eg-ln-su-z asa-ce-z ata-egi-z aua-dg-rtuw-z
avabdeik-os-v awa-ceg-ikm-or-y axbegk-mx aya-eg-ik-uz azabdegjm-otz baa-ce-hj-prsu-y bba-y
bca-wyz bda-z bea-qs-z bfa-uw-z bga-gi-ln-z bha-jl-z biabd-gk-z bja-ce-pr-z bkacdf-z
bla-fh-tv-z bma-xz bna-gi-su-z boabd-z bpac-eg-z bqa-df-z bra-z bsa-ce-y btac-jm-z bua-qs-z
bva-rt-z bwa-uw-z bxa-su-wz bya-tv-xz bza-z caa-hj-tv-z cbb-dgi-lnoq-wy ccc-eghjlmopr
cdaefh-jm-orsyz ceabgknsty cfadgm cgacgk cha-hj-rt-z cia-ehkmnprwy cjaehikm-psvy
ckbhl-oq-vx-z clac-eh-mos-uwy cmaegil-or-t cna-cg-iklo-uwx coa-hj-xz cpa-cginosuxy cqd
cra-oq-tv-z csa-tv-z ctac-eghl-ps-uyz cua-ch-lo-rt-y cvgn cwabdegt cxh cyabmo czhknot
daac-eg-oq-su-xz dbabd-gijl-rt-wy dccr ddadegijnorsw dec-il-np-suvz dga-eg-iklnor-twxz
dhdgil-orsu-x dia-df-su-z dja-fi-km-oruw dkagkrsx dlgkmn dma-gk-morsu-y dnadegi-knort-wy
doa-cefhikln-tv-z dpp drb-egilnoqs-uy dsbehiklnoqz dtabdhikm-pr-uy dua-ce-ik-su-z dva
dwakrsuwyz dyabdgim-oruy dzadeglno eaa ebcgkoru ecrsy eee efaei egalmoy ehsu eiptv eja
ekaegik-mopry elehik-moux emabegikmnpqsuw-z ena-df-hl-oqru-x eot epio erag-ikor-tw
eseg-ik-oqs-uy etbchnor-uxz euds evehn eweo ext eyao ezae faabdf-pr-ux-z fbl fcs fer ffim
fgr fiaefjlnprtw fkkv flahilnry fmpu fnbgi fodimnrs fpe fqs fracdkmo-ty fsels
fub-fh-jl-nqrt-vy fvr fwae gaa-uw-z gbabd-su-z gcc-flnrt gda-oq-ux gea-df-lqsv-z gfkt
ggabdegkltuw ghacehklnor-t gia-eg-il-np-uw-z gjkmnru gkaden-pu gla-eghj-loru-wy
gmabdghl-nruvx-z gna-eg-oqrtuwz goa-z gpaen gqainru gra-dg-jm-oq-z gsegl-psw gtau gua-uwxz
gvacefjl-prsy gwa-gijmnrtuwx gxx gyabd-gil-oryz gzain haa-z hbabnosu hcah hdnsy heabdg-imr
hgmw hhiry hiabdf-lnortwx hji hkaehkns hlabdetu hma-wyz hnadeg-jm-osu hoa-eh-jlmopr-tvwyz
hpos hracekmopt-xz hsbhlns htiosux hub-z hvceknv hwaco hyaew iainr ibabdeghl-oruy icahlr
ida-eior-u ifabefkmuy igbegl-osw ihbipw iiin ijcejns ikehiklopr-xz ilabegikmopsuv
imailnor-ty inabdghjl-pstz ioruw ipiko iquw irehiknruxy isac-eg-ik-ort-v itabdeik-mor-tv-z
ium ivbv iwkmos ixcl iyaox izhmrz jaa-fhj-oqs-vx-z jbei-km-ortuw jcst jdagt jebehiklnrtu
jgbeko jhis jia-eg-ilmoqt-vy jjer jkamoprsu jles jma-dilnrswx jnadgijls jobdgrsw jpanr jqr
jrabrtu jsl jua-dhik-pr-uwy jvdn jwi jyaey kaa-qs-z kba-eg-z kca-z kdac-np-rtuw-z kea-z
kfa-z kgabe-gi-ln-y kha-hj-z kia-z kja-eg-vx-z kka-z kla-z kma-z kna-gi-z koac-ik-wyz
kpa-oq-z kqa-z kra-fh-lnpr-z ksb-z kta-qs-z kua-z kva-rt-z kwa-pr-z kxa-dfh-km-tv-z kya-z
kza-gik-su-z laa-jl-z lbbce-gi-oq-z lcc-fhlmpqs ldabdg-q lea-fh-z lfan lgabg-ik-oq-uz
lhahil-nps-u lia-hj-z ljaeilpwx lka-eh-jl-or-uy lla-npqsux lma-ln-ru-y lnabdg-jl-nsuwz
loa-ce-z lpaenox lqr lracegik-ortvz lsa-ehil-pr-tvwy ltcg-inosuz lua-wyz lvaiklsu
lwaeghlmos-uw lxm lyagn lzhlnz maabd-nq-xz mba-fh-z mca-z mda-np-z mea-fh-wyz mfa-z mga-wyz
mha-gi-uw-z mia-uw-z mjb-eg-z mka-gi-z mla-ce-xz mma-rt-z mna-np-su-z moac-eg-km-z mpa-eg-z
mqa-ce-z mra-z msa-su-z mta-y mua-eg-mo-vx-z mvabd-ikln-z mwa-ce-ik-wz mxa-z
mya-ce-hj-moprsu-z mza-eg-z naa-ce-gj-z nba-eg-wy nca-oq-uxz nda-z nea-km-z nfadlru
nga-eg-np-z nha-ikm-rt-z niabd-oq-z njabdh-jl-or-ux-z nka-km-xz nlac-egi-moqu-z nma-z
nna-rt-wyz noa-lnp-wyz npabg-ilnosuxy nqgk-oqty nra-ce-gik-nprtuxz nsa-ik-z ntdgi-kmopruw-z
nuac-z nvhmo nwa-cegimorw-y nxadegik-oqrx nya-y nzabdikmrsuyz oaackrv obik-mortu ocahimou
odaktu ofosu ogbcegou ohtu oiaen ojbcgipsvw oka-eg-orsuvxz oladekmortu oma-cgikln-prtuw-y
onabegi-kn-pr-uwx oodgnrs opakmoty oraceg-im-or-z osacin-ps-ux otabdeik-nq-uw-z ouabeim ovd
owil oybdmy ozm pab-ik-su-z pbbce-il-pr-vy pca-npw pdacinotu peabd-mo-qsvx-z pfael
pgadgiklnsuz phadghj-oqrt-w pia-hjl-pr-z pjt pka-cghn-pr-u pla-eg-iklnoq-wyz
pmabd-fh-jl-oq-tw-z pna-eg-z poce-ik-tv-y ppeik-qs-u pqam prc-ik-oq-uwxz psac-eg-il-uwy
ptahin-rt-wy pua-gijmo-uw-y pwabgim-orw pxm pyemnsuxy pzehn qua-ik-np-sv-z qvaceh-jl-pswyz
qwachmst qxachln-uw qyap raa-df-z rbbklp rcf rdb reabegijl-nr-ty rgaeknrsu rhgp riabfl-nrtu
rjgis rkabhimtw rma-ik-qs-z rnbdglnprw rob-hl-pruw rpnt rrimot rsbk-nw rtchmsw
rubce-ikn-qs-uyz rwak-mor rxdw rynsu rzh saa-hjkm-oq-z sba-z scbe-ikln-qs-x sda-ce-hj-ln-uxz
sea-ln-wyz sfbemsw sga-eg-kmpr-uw-z sha-eg-z siabd-np-su-z sja-egk-pr-uw ska-jm-z slc-npr-z
sma-ce-hj-z snac-gi-su-z soa-eg-mo-z spa-egik-vxy sqahikm-oq-ux sra-ik-z ssb-z stabd-wy
sua-cegi-knoq-tv-z sva-cekmsx swa-ce-y sxbcegk-orsuw sya-cik-orsw-y sza-ceglnpsvwy taa-hj-z
tbac-pr-z tca-ik-qs-uw-z tda-oq-tvxy tea-ik-z tfinort tga-fh-ln-z thad-fhik-np-vyz tiacf-z
tjagijl-psuw tkabd-gl-np-xz tla-df-vxy tma-jl-oq-wyz tna-dg-ik-z tob-df-su-z
tpace-gi-rt-vx-z tqbl-rtuw tra-jl-z tsa-eg-z tta-wyz tua-oq-suvx-z tvadeik-os-uw-y
twa-il-rtuw-y txa-ceg-jm-oq-uxy tyaeh-jlnpr-vx-z tzahjl-ox uamnr ubailruy udaegijlmu ues ufi
ugabehnoy uhan uigsv uji ukag-iklp-su-wy ula-cefik-nuwy uma-dgim-prsu unadegikmnruxz uon
upiv ura-ik-prt-z usahikpsu utaehpru uumru uvehl uwa uya uzbns vaae-jl-prsuvy vbbk vecdl-pr
vgrt vic-glnstv vjk vkaj-ptuz vlps vma-mp-su-z vnkmp volrt vraost vsilnv vto vumnt vwa
waa-jl-z wbabefh-mp-tvw wcai wddgjktuy weacdg-imopr-uw wfg wgabgiouy whagku wibce-nruvy wjai
wkabdlruwy wlaceg-ik-orsu-y wma-eg-im-ostwx wnb-egikm-puwy woa-gik-orswy wpc wrbg-ik-prsu-z
wsagikrsuv wtbfhikmw wuabdhl-nrt-vxy wwaborw wxaw wybimnry xaa-egi-wy xbb-egijm-prwy
xcbceghl-ort-wy xdackmoqy xebdglmpr-u xfa xgabdfgilmruw xhac-emort-v xibilnrsvy xjbt
xka-gi-ln-z xla-egin-psuy xma-hj-z xnabg-km-oq-uyz xocdgikm-prw xpa-z xqat xrabdegimnrtuw
xsa-eh-jl-ruvy xta-eg-jl-wy xuabdgjl-prtu xveinos xwac-egj-lortw xxbkmrt xyabj-lty xzhmp
yaa-z ybabeh-oxy ychlnpr ydadegk yeaceijlr-vy ygailmprsuw yhadls yiadf-np-vxz ykag-ik-ortuy
ylabegil-oruy ymb-eg-ik-sxz ynabdegklnoqsu yobgik-nrtxy ypabghm-pz yrabek-oswy yscdgl-prsy
ytalpwy yua-gi-np-rtw-z yvat ywaglnqrtuw yxaglmuy yyruz yzgk zaa-mo-z zbaceltuw zcadh zdj
zeaghmn zgabhmnr zhabdinow ziabk-nwz zkadghkn-prt-vz zlajmnqu zma-z znaegks zochmoq-s zpa-z
zqe zragn-ps zsak-mru ztegl-npqs-uxy zuhl-ny zwa zxx zybgjnp zzaj`;

function expand(group: string): string[] {
  const start = group.slice(0, 2);
  const last = group
    .slice(2)
    .replace(/(.)-(.)/g, (_, from: string, to: string) => between(from, to));
  return Array.from(last, letter => start + letter);
}

function between(from: string, to: string): string {
  const first = from.charCodeAt(0);
  const count = to.charCodeAt(0) - first + 1;
  return Array.from({ length: count }, (_, step) => String.fromCharCode(first + step)).join('');
}

let codes: Set<string> | undefined;

/** Whether a lowercase code is a language. */
export function isLanguageCode(code: string): boolean {
  codes ??= new Set(GROUPS.trim().split(/\s+/).flatMap(expand));
  return codes.has(code);
}

/** The languages that have a two-letter code in ISO 639-1, several languages, and an unknown one. */
const OF_TRANSLATIONS = new Set(
  `
aar abk afr aka amh ara arg asm ava ave aym aze bak bam bel ben bis bod bos bre bul cat ces cha
che chu chv cor cos cre cym dan deu div dzo ell eng epo est eus ewe fao fas fij fin fra fry ful
gla gle glg glv grn guj hat hau hbs heb her hin hmo hrv hun hye ibo ido iii iku ile ina ind ipk
isl ita jav jpn kal kan kas kat kau kaz khm kik kin kir kom kon kor kua kur lao lat lav lim lin
lit ltz lub lug mah mal mar mkd mlg mlt mon mri msa mya nau nav nbl nde ndo nep nld nno nob nor
nya oci oji ori orm oss pan pli pol por pus que roh ron run rus sag san sin slk slv sme smo sna
snd som sot spa sqi srd srp ssw sun swa swe tah tam tat tel tgk tgl tha tir ton tsn tso tuk tur
twi uig ukr urd uzb ven vie vol wln wol xho yid yor zha zho zul mul und
`
    .trim()
    .split(/\s+/),
);

/** Whether a text may be translated to it: fewer languages than contacts may speak, in lowercase. */
export const isTranslationLanguage = (code: string): boolean => OF_TRANSLATIONS.has(code);
